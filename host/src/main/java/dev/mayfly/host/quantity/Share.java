package dev.mayfly.host.quantity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a whole as people write it: {@code 1%}, {@code 0.5%}, {@code 0.01}.
 *
 * @param ofOne 0 to 1
 */
public record Share(double ofOne) {
    private static final Pattern FORMAT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)\\s*(%?)");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException naming what is accepted
     */
    public static Share parse(String text) {
        Matcher matcher = FORMAT.matcher(text.strip());
        double share = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 2;
        if (matcher.matches() && matcher.group(2).equals("%")) {
            share /= 100;
        }
        if (share > 1) {
            throw new IllegalArgumentException("'" + text + "' is not a share: write 0% to 100%, such as 0.5%");
        }
        return new Share(share);
    }

    /** {@code 0.5%} */
    @Override
    public String toString() {
        String percent = Double.toString(Math.round(ofOne * 1e9) / 1e7);
        return (percent.endsWith(".0") ? percent.substring(0, percent.length() - 2) : percent) + "%";
    }
}
