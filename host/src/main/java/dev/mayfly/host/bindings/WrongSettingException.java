package dev.mayfly.host.bindings;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;

/** Something in the configuration file is wrong; the message begins with the file and the line. */
final class WrongSettingException extends MayflyException.Invalid {
    private static final long serialVersionUID = 1L;

    WrongSettingException(Path file, int line, String sentence) {
        super(file + ":" + line + ": " + sentence);
    }
}
