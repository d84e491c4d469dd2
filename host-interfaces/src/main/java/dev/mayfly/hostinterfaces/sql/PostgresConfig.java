package dev.mayfly.hostinterfaces.sql;

import java.util.regex.Pattern;

/**
 * A PostgreSQL database, version 12 or newer.
 *
 * <p><b>What a function may do is what its role may do.</b> Give a binding a role of its own, with rights on its tables only: not a superuser (refused
 * unless {@code superuserAllowed}), not a member of {@code pg_read_server_files}, {@code pg_write_server_files} or
 * {@code pg_execute_server_program}, and no rights on extensions such as {@code dblink} that open connections of their own. Who may create
 * functions in the database may run anything that the role may, by {@code EXECUTE}, its own {@code ALTER ROLE} too.
 *
 * <p>On top of that a function runs {@code SELECT}, {@code INSERT}, {@code UPDATE}, {@code DELETE}, {@code MERGE}, {@code VALUES}, {@code TABLE},
 * {@code WITH}, {@code CALL}, {@code EXPLAIN}, {@code CREATE}, {@code ALTER}, {@code DROP}, {@code TRUNCATE}, {@code COMMENT}, {@code ANALYZE},
 * {@code REFRESH}, {@code REINDEX} and {@code LOCK}, on objects of the database and not of the server: no {@code COPY}, {@code SET},
 * {@code DO}, {@code ALTER ROLE}, and no {@code BEGIN} or {@code COMMIT} past its transaction. The operator {@code ?} is written {@code ??}.
 *
 * @param url {@code postgresql://host:port/database?option=value…} with the driver's options, {@code sslmode=verify-full} among them; no user and
 *     no password
 * @param user the role
 * @param password its password, which may be empty; it appears in no text of this record
 * @param poolSize connections, 1 to 1,000
 * @param superuserAllowed for a database that holds nothing but this function's data
 */
public record PostgresConfig(String url, String user, String password, int poolSize, boolean superuserAllowed) {
    private static final Pattern URL = Pattern.compile("postgresql://[^\\s@/]+/[^\\s/?@]+(\\?[^\\s@]*)?");
    private static final Pattern CREDENTIALS = Pattern.compile("[?&](user|password|sslpassword)=");

    public PostgresConfig {
        if (!URL.matcher(url).matches() || CREDENTIALS.matcher(url).find()) {
            throw new IllegalArgumentException(
                    "the url is not like postgresql://host:port/database?option=value without user and password");
        }
        if (user.isBlank()) {
            throw new IllegalArgumentException("user is empty");
        }
        if (poolSize < 1 || poolSize > 1_000) {
            throw new IllegalArgumentException("pool-size=" + poolSize + ": it is from 1 to 1000");
        }
    }

    /** With 10 connections, and not as a superuser. */
    public static PostgresConfig of(String url, String user, String password) {
        return new PostgresConfig(url, user, password, 10, false);
    }

    public PostgresConfig withPoolSize(int size) {
        return new PostgresConfig(url, user, password, size, superuserAllowed);
    }

    public PostgresConfig withSuperuserAllowed() {
        return new PostgresConfig(url, user, password, poolSize, true);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "PostgresConfig[url=" + url + ", user=" + user + ", poolSize=" + poolSize + "]";
    }
}
