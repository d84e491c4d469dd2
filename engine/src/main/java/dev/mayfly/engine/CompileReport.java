package dev.mayfly.engine;

import java.util.ArrayList;
import java.util.List;

/** What a compilation came to, as its process says. */
public record CompileReport(ComponentDescription description, FunctionCount functions) {
    static CompileReport parse(String report) {
        String madeFrom = "";
        List<String> imports = new ArrayList<>();
        List<String> exports = new ArrayList<>();
        long reused = 0;
        long compiled = 0;
        for (String line : report.lines().toList()) {
            int space = line.indexOf(' ');
            String rest = line.substring(space + 1);
            switch (space < 0 ? line : line.substring(0, space)) {
                case "componentized" -> madeFrom = rest;
                case "import" -> imports.add(rest);
                case "export" -> exports.add(rest);
                case "functions-reused" -> reused = Long.parseLong(rest);
                case "functions-compiled" -> compiled = Long.parseLong(rest);
                default ->
                    throw new MayflyException.Internal(
                            "the compiler's report has a line this version does not know: " + line);
            }
        }
        return new CompileReport(
                new ComponentDescription(madeFrom, imports, exports), new FunctionCount(reused, compiled));
    }
}
