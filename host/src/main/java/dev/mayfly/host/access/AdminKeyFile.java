package dev.mayfly.host.access;

import dev.mayfly.engine.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operator's first key, in the data folder, where the commands find it by themselves.
 *
 * <p>A host that starts makes one when it has no other key of the operator's, and also when the file has one that is not valid for good. So whoever
 * may write to the data folder, and could change the catalog as well, gets a key again by leaving the file empty.
 */
public final class AdminKeyFile {
    public static final String NAME = "admin.key";
    static final String LABEL = "admin.key";

    private final Path folder;
    private final Path file;
    private final KeyStore keys;

    /** A file in {@code folder}. */
    public AdminKeyFile(Path folder, KeyStore keys) {
        this.folder = folder;
        this.file = folder.resolve(NAME);
        this.keys = keys;
    }

    /** The key in a data folder, or null when there is none that can be read. */
    public static @Nullable String read(Path folder) {
        try {
            return Files.readString(folder.resolve(NAME)).strip();
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Sees to it that the operator has a key.
     *
     * @throws MayflyException.Invalid when the file can't be read or written
     */
    public void ensure() {
        try {
            String text = Files.readString(file).strip();
            ApiKey key = keys.authenticator().find(text);
            if (key == null || key.endsAtMs() != ApiKey.NEVER || !isAdmin(key)) {
                renew();
            }
        } catch (NoSuchFileException none) {
            long nowMs = System.currentTimeMillis();
            if (keys.keys().stream().noneMatch(key -> isAdmin(key) && key.isLive(nowMs))) {
                renew();
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static boolean isAdmin(ApiKey key) {
        return key.hostWide() && key.permitsAll(Scope.ADMIN);
    }

    private void renew() {
        // Who is killed before the key is in the file leaves one that says so.
        write("");
        IssuedKey issued =
                keys.create(Tenant.DEFAULT, true, LABEL, List.of(new Permission(Scope.ADMIN, NamePattern.ALL)), null);
        write(issued.text());
    }

    /** After a rotation: the file's key is replaced when it was the one that ends. */
    public void replaced(ApiKey old, IssuedKey by) {
        if (isOf(old)) {
            write(by.text());
        }
    }

    /** After a key was revoked: the file goes with the key it has. */
    public void revoked(ApiKey key) {
        if (isOf(key)) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw unusable(e);
            }
        }
    }

    private boolean isOf(ApiKey key) {
        String text = read(folder);
        return text != null && key.id().equals(keys.idOf(text));
    }

    private void write(String text) {
        try {
            PrivateFile.write(file, text + "\n");
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private MayflyException unusable(IOException e) {
        return new MayflyException.Invalid("the file " + file + " can't be used: " + e);
    }
}
