package dev.mayfly.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the engine's native files: the library that the JVM loads and the compiler that runs as a process of its own.
 *
 * <p>The system property {@code mayfly.engine.path} names the folder that holds them; without it they are taken from this module's resources
 * ({@code META-INF/native/<os>-<arch>/}) and copied to a private temporary folder that goes with the JVM.
 */
final class NativeFiles {
    static final String PATH_PROPERTY = "mayfly.engine.path";

    private static final class Extracted {
        static final Path FOLDER = folder();
    }

    private NativeFiles() {}

    static Path library() {
        return file(System.mapLibraryName("mayfly_engine"));
    }

    static Path compiler() {
        return file("mayfly-compiler");
    }

    /** {@code linux-x86_64}, {@code linux-aarch64}, …: as the folders in {@code META-INF/native} are called. */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return (os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os)
                + "-"
                + switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "arm64", "aarch64" -> "aarch64";
                    default -> arch;
                };
    }

    private static Path file(String name) {
        Path file = Extracted.FOLDER.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new MayflyException.NotInstalled("the engine's file " + name + " is not in " + Extracted.FOLDER
                    + ": set -D" + PATH_PROPERTY + " to the folder that holds it, or build it with ./mayfly");
        }
        return file;
    }

    private static Path folder() {
        String configured = System.getProperty(PATH_PROPERTY);
        if (configured != null) {
            return Path.of(configured).toAbsolutePath();
        }
        try {
            Path folder = Files.createTempDirectory("mayfly-engine-");
            folder.toFile().deleteOnExit();
            copy(System.mapLibraryName("mayfly_engine"), folder);
            copy("mayfly-compiler", folder);
            return folder;
        } catch (IOException e) {
            throw new MayflyException.NotInstalled(
                    "the engine's files can't be copied to the temporary folder " + System.getProperty("java.io.tmpdir")
                            + ": " + e.getMessage() + "; set -D" + PATH_PROPERTY + " to a folder that holds them");
        }
    }

    private static void copy(String name, Path folder) throws IOException {
        String resource = "META-INF/native/" + platform() + "/" + name;
        try (InputStream in = NativeFiles.class.getModule().getResourceAsStream(resource)) {
            if (in == null) {
                throw new MayflyException.NotInstalled("this build of Mayfly has no engine for " + platform()
                        + " (resource " + resource + "): build it on such a machine, or set -D" + PATH_PROPERTY);
            }
            Path file = folder.resolve(name);
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(
                    file, Set.copyOf(java.nio.file.attribute.PosixFilePermissions.fromString("rwx------")));
            file.toFile().deleteOnExit();
        }
    }
}
