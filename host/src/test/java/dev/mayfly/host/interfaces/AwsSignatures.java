package dev.mayfly.host.interfaces;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks signatures by version 4 of AWS's rules, as a service does that is not S3. The functions' key is the one of AWS's documentation.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a signed AWS API request</a>
 */
final class AwsSignatures {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static final Pattern AUTHORIZATION = Pattern.compile("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
            + "(?<scope>(?<day>\\d{8})/(?<region>[a-z0-9-]+)/(?<service>[a-z0-9]+)/aws4_request),"
            + " SignedHeaders=(?<headers>[a-z0-9;-]+), Signature=(?<signature>[0-9a-f]{64})");

    private AwsSignatures() {}

    static boolean isValid(ServerRequest request, byte[] body, String service) {
        Matcher authorization = AUTHORIZATION.matcher(header(request, "authorization"));
        if (!authorization.matches() || !authorization.group("service").equals(service)) {
            return false;
        }
        StringBuilder canonical = new StringBuilder(request.prologue().method().text());
        // Of an escape in the path the percent sign is escaped once more. There is one parameter at most, which is in
        // order.
        canonical.append('\n').append(request.path().rawPath().replace("%", "%25"));
        canonical.append('\n').append(request.query().rawValue()).append('\n');
        for (String name : authorization.group("headers").split(";", -1)) {
            canonical
                    .append(name)
                    .append(':')
                    .append(header(request, name).strip())
                    .append('\n');
        }
        canonical.append('\n').append(authorization.group("headers"));
        try {
            canonical.append('\n').append(sha256(body));
            String toSign = String.join(
                    "\n",
                    "AWS4-HMAC-SHA256",
                    header(request, "x-amz-date"),
                    authorization.group("scope"),
                    sha256(bytes(canonical.toString())));
            byte[] key = hmac(bytes("AWS4" + SECRET), authorization.group("day"));
            key = hmac(key, authorization.group("region"));
            key = hmac(key, service);
            key = hmac(key, "aws4_request");
            String signature = HexFormat.of().formatHex(hmac(key, toSign));
            return signature.equals(authorization.group("signature"));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String header(ServerRequest request, String name) {
        return request.headers().value(HeaderNames.create(name)).orElse("");
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
