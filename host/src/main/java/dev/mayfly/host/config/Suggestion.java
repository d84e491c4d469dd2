package dev.mayfly.host.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody may have meant who wrote something unknown. */
public final class Suggestion {
    private Suggestion() {}

    /** The name that takes the fewest changes of a character, if they are few for its length; else one that ends like it. */
    public static Optional<String> nearest(String word, Collection<String> names) {
        int changesMax = Math.max(1, word.length() / 4);
        return names.stream()
                .filter(name -> changes(word, name) <= changesMax)
                .min(Comparator.comparingInt(name -> changes(word, name)))
                .or(() -> names.stream()
                        .filter(name -> name.endsWith("." + word) || name.endsWith("_" + word))
                        .findFirst());
    }

    /** What to write behind a message about an unknown name: the nearest one, or all there are. */
    public static String among(String word, Collection<String> names) {
        return nearest(word, names)
                .map(name -> "did you mean " + name + "?")
                .orElseGet(() -> "there are " + String.join(", ", names));
    }

    /** Levenshtein's distance. */
    private static int changes(String from, String to) {
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
