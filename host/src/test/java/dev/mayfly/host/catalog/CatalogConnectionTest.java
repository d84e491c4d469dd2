package dev.mayfly.host.catalog;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mayfly.engine.MayflyException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogConnectionTest {
    @Test
    void whoFoundTheFileLockedCanWriteOnceItIsNot(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("catalog.sqlite");
        try (CatalogConnection catalog = CatalogConnection.open(file)) {
            catalog.checkWrite();
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                assertThrows(MayflyException.class, catalog::checkWrite);
                statement.execute("ROLLBACK");
            }
            catalog.checkWrite();
        }
    }
}
