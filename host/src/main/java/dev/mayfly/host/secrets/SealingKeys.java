package dev.mayfly.host.secrets;

import dev.mayfly.engine.MayflyException;
import dev.mayfly.host.access.PrivateFile;
import dev.mayfly.host.catalog.Sealing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys that seal secrets and configurations, and where they come from: {@value #VARIABLE}, with keys separated by commas, or else the file {@value #NAME} in the data folder, with a key a
 * line. The first one seals; the others only open, until everything is sealed anew.
 *
 * <p>Threads: any may look up, one at a time may change.
 */
public final class SealingKeys implements Sealing {
    static final String NAME = "secrets.key";
    static final String VARIABLE = "MAYFLY_SECRETS_KEY";

    private final Path file;
    private final boolean fromEnvironment;
    private volatile List<SealingKey> keys;

    private SealingKeys(Path file, boolean fromEnvironment, List<SealingKey> keys) {
        this.file = file;
        this.fromEnvironment = fromEnvironment;
        this.keys = keys;
    }

    /**
     * Reads the keys there are.
     *
     * @throws MayflyException.Invalid when there is something that is no key
     */
    public static SealingKeys read(Path folder, Map<String, String> environment) {
        Path file = folder.resolve(NAME);
        String variable = environment.get(VARIABLE);
        if (variable != null) {
            return new SealingKeys(file, true, parse(List.of(variable.split(",")), VARIABLE));
        }
        try {
            return new SealingKeys(file, false, parse(Files.readAllLines(file), file.toString()));
        } catch (NoSuchFileException none) {
            return new SealingKeys(file, false, List.of());
        } catch (IOException e) {
            throw new MayflyException.Invalid("the file " + file + " can't be read: " + e);
        }
    }

    private static List<SealingKey> parse(List<String> texts, String place) {
        return texts.stream()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> SealingKey.parse(text, place))
                .toList();
    }

    /** The key that seals; made when there is none yet. */
    synchronized SealingKey current() {
        if (keys.isEmpty()) {
            add();
        }
        return keys.getFirst();
    }

    @Nullable
    SealingKey find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst().orElse(null);
    }

    /**
     * Puts a new key before the others.
     *
     * @throws MayflyException.Conflict when keys come from the environment
     */
    synchronized void add() {
        if (fromEnvironment) {
            throw new MayflyException.Conflict("the key is in " + VARIABLE
                    + ": put a new one and a comma before it, restart the host, and take the old one out");
        }
        List<SealingKey> more = new ArrayList<>(keys);
        more.addFirst(SealingKey.random());
        write(more);
        keys = List.copyOf(more);
    }

    /** Leaves only the one that seals in the file. In memory the others stay: somebody may be opening an old value. */
    synchronized void forgetOld() {
        if (!fromEnvironment && keys.size() > 1) {
            write(List.of(keys.getFirst()));
        }
    }

    /** Whether there are old ones. */
    boolean areSeveral() {
        return keys.size() > 1;
    }

    @Override
    public String seal(String text, String place) {
        SealingKey key = current();
        byte[] sealed = key.seal(text.getBytes(StandardCharsets.UTF_8), place);
        return key.id() + ":" + Base64.getEncoder().encodeToString(sealed);
    }

    @Override
    public String open(String sealed, String place) {
        int colon = sealed.indexOf(':');
        String id = sealed.substring(0, Math.max(colon, 0));
        SealingKey key = find(id);
        if (key == null) {
            throw new MayflyException.Invalid(place + " can't be opened: the key " + id
                    + " that it is sealed with is neither in " + VARIABLE + " nor in the file " + file
                    + "; put it back, from a backup, or choose another data folder and deploy again");
        }
        return new String(
                key.open(Base64.getDecoder().decode(sealed.substring(colon + 1)), place), StandardCharsets.UTF_8);
    }

    @Override
    public boolean isCurrent(String sealed) {
        return sealed.startsWith(current().id() + ":");
    }

    private void write(List<SealingKey> next) {
        try {
            PrivateFile.write(file, next.stream().map(SealingKey::text).collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException e) {
            throw new MayflyException.Invalid("the file " + file + " can't be written: " + e);
        }
    }
}
