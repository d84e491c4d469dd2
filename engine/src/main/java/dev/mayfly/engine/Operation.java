package dev.mayfly.engine;

/**
 * Numbers of the operations that a function asks the host for: the values of {@link FrameLayout#OPERATION}.
 *
 * <p>Those that keep an invocation itself going:
 *
 * <pre>
 *   number  operation      argument                                     answer
 *        1  BUFFER_GROW    ARGUMENT_0: bytes wanted                     ANSWER_ADDRESS: a {@link SlabLayout slab}, not yet linked
 *        2  LOG_FLUSH                                                   (the host has taken the records in the log region)
 *        3  BUFFER_LOAD    ARGUMENT_0: index of a buffer that is a      (its bytes are in slabs)
 *                          stream
 *        4  RESOURCE_DROP  ARGUMENT_0: number of a resource             (it is closed)
 *        5  WAIT           ARGUMENT_0: nanoseconds; bytes: what of      (so much time has passed, or less: the engine looks and asks again); a
 *                          which resources may be ready before, each    byte for each resource: 1 = ready
 *                          1 + 4 bytes
 *        6  RESPONSE_WRITE                                              (the host has sent what it could of the response, and emptied its body)
 *        7  BUFFER_READ    ARGUMENT_0: index of a buffer, and above     the next bytes of a buffer that is a stream, none at its end
 *                          bit 32 how many bytes at most
 * </pre>
 *
 * <p>From 256 on they are host interfaces' functions, numbered in the order of their WIT. Parameters are at {@link FrameLayout#ARGUMENT_ADDRESS} and
 * results at {@link FrameLayout#ANSWER_ADDRESS}, encoded as {@code engine/native/src/front/wire.rs} says; a status other than OK comes with its text
 * there. {@code wit/} has the types.
 *
 * <pre>
 *   256       mayfly:config        get
 *   257       mayfly:secrets       get
 *   258       wasi:config          get-all
 *   259..262  momento:*            names of the function and of its cache; the caller's token; whether a binding is granted; a new token
 *   272..286  mayfly:kv            get, get-buffer, get-many, set, set-many, delete, delete-many, exists, compare-and-set, increment,
 *                                  list-push, list-pop, list-range, list-length, keys
 *   287       momento:cache-list   (replaces a list that nobody changed meanwhile)
 *   288       momento:valkey       command
 *   304..311  mayfly:sql           query, execute, transaction: begin, query, execute, commit; rows: columns, next
 *   336..341  mayfly:blob          get, get-range, head, put, delete, list
 *   368..374  mayfly:http          send; a request that goes on while its function does: begin, answer, read, write, room, end
 *   375       momento:http         invoke: to an origin, signed if need be
 *   384..386  mayfly:pubsub        publish; mayfly:functions spawn, call
 *   512       (the program's own)  any function of any interface that the embedding program offers: interface and function by name, then
 *                                  the parameters
 * </pre>
 */
public final class Operation {
    public static final int BUFFER_GROW = 1;
    public static final int LOG_FLUSH = 2;
    public static final int BUFFER_LOAD = 3;
    public static final int RESOURCE_DROP = 4;
    public static final int WAIT = 5;
    public static final int RESPONSE_WRITE = 6;
    public static final int BUFFER_READ = 7;

    public static final int CONFIG_GET = 256;
    public static final int SECRET_GET = 257;
    public static final int CONFIG_GET_ALL = 258;
    public static final int FUNCTION_NAMES = 259;
    public static final int CALLER_TOKEN = 260;
    public static final int FUNCTION_GRANTED = 261;
    public static final int TOKEN_CREATE = 262;

    public static final int KV_GET = 272;
    public static final int KV_GET_BUFFER = 273;
    public static final int KV_GET_MANY = 274;
    public static final int KV_SET = 275;
    public static final int KV_SET_MANY = 276;
    public static final int KV_DELETE = 277;
    public static final int KV_DELETE_MANY = 278;
    public static final int KV_EXISTS = 279;
    public static final int KV_COMPARE_AND_SET = 280;
    public static final int KV_INCREMENT = 281;
    public static final int KV_LIST_PUSH = 282;
    public static final int KV_LIST_POP = 283;
    public static final int KV_LIST_RANGE = 284;
    public static final int KV_LIST_LENGTH = 285;
    public static final int KV_KEYS = 286;
    public static final int KV_LIST_REPLACE = 287;
    public static final int KV_COMMAND = 288;

    public static final int SQL_QUERY = 304;
    public static final int SQL_EXECUTE = 305;
    public static final int SQL_BEGIN = 306;
    public static final int SQL_TRANSACTION_QUERY = 307;
    public static final int SQL_TRANSACTION_EXECUTE = 308;
    public static final int SQL_TRANSACTION_COMMIT = 309;
    public static final int SQL_ROWS_COLUMNS = 310;
    public static final int SQL_ROWS_NEXT = 311;

    public static final int BLOB_GET = 336;
    public static final int BLOB_GET_RANGE = 337;
    public static final int BLOB_HEAD = 338;
    public static final int BLOB_PUT = 339;
    public static final int BLOB_DELETE = 340;
    public static final int BLOB_LIST = 341;

    public static final int HTTP_SEND = 368;
    public static final int HTTP_BEGIN = 369;
    public static final int HTTP_ANSWER = 370;
    public static final int HTTP_READ = 371;
    public static final int HTTP_WRITE = 372;
    public static final int HTTP_ROOM = 373;
    public static final int HTTP_END = 374;
    public static final int HTTP_FETCH = 375;

    public static final int EVENT_PUBLISH = 384;
    public static final int EVENT_SPAWN = 385;
    public static final int FUNCTION_CALL = 386;

    public static final int CUSTOM_CALL = 512;

    /** {@link FrameLayout#ANSWER_STATUS}: the operation succeeded. */
    public static final int OK = 0;
    /** What was named does not exist. */
    public static final int NOT_FOUND = 1;
    /** A limit would be passed. */
    public static final int LIMIT_EXCEEDED = 2;
    /** What it takes isn't there at the moment. */
    public static final int UNAVAILABLE = 3;
    /** It is there already, changed meanwhile, or a constraint forbids it. */
    public static final int CONFLICT = 4;
    /** The arguments are wrong. */
    public static final int INVALID = 5;
    /** The function has no grant for it. */
    public static final int PERMISSION_DENIED = 6;
    /** It took longer than it may. */
    public static final int TIMEOUT = 7;

    private Operation() {}

    /** Whether it is a part of an operation that was begun before, and is neither counted nor traced by itself. */
    public static boolean isContinuation(int operation) {
        return operation > HTTP_BEGIN && operation <= HTTP_END;
    }
}
