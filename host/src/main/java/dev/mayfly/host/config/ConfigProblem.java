package dev.mayfly.host.config;

/**
 * Something in the configuration is wrong.
 *
 * @param origin what has it
 * @param place where in there: file, line and column, or the name of a variable, a property or an option
 * @param sentence what is wrong and what is allowed; quotes no secret
 */
public record ConfigProblem(Origin origin, String place, String sentence) {
    /** Of a file. */
    public static ConfigProblem of(WrongSettingException wrong) {
        return new ConfigProblem(Origin.FILE, wrong.place().toString(), wrong.sentence());
    }

    @Override
    public String toString() {
        return place + ": " + sentence;
    }
}
