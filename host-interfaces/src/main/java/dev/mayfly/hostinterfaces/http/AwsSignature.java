package dev.mayfly.hostinterfaces.http;

import dev.mayfly.hostinterfaces.Body;
import dev.mayfly.hostinterfaces.HostError;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs requests by version 4 of AWS's rules with a key that the function has.
 *
 * @param accessKeyId the key's name
 * @param secretAccessKey the key itself
 */
record AwsSignature(String accessKeyId, String secretAccessKey, String region, String service) {
    /** The signature is over the whole body, which is therefore read before it is sent. */
    static final int BODY_BYTES_MAX = 8 << 20;

    /** The one service whose paths are signed as they stand. */
    private static final String S3 = "s3";

    /** The request with the lines that the signature adds. The body given is used up. */
    HttpUpstream.Request sign(HttpUpstream.Request request, Origin origin) {
        byte[] body = bytes(request.body());
        SdkHttpRequest.Builder unsigned = SdkHttpRequest.builder()
                .uri(uri(origin, request.pathAndQuery()))
                .method(method(request.method()));
        request.headers().forEach(header -> unsigned.appendHeader(header.getKey(), header.getValue()));
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(AwsCredentialsIdentity.create(accessKeyId, secretAccessKey))
                        .request(unsigned.build())
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, !service.equals(S3))
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, !service.equals(S3)))
                .request();
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        signed.headers().forEach((name, values) -> {
            // It is written with the request, and is the same.
            if (!name.equalsIgnoreCase("host")) {
                values.forEach(value -> headers.add(Map.entry(name, value)));
            }
        });
        return new HttpUpstream.Request(
                request.method(), request.pathAndQuery(), headers, body.length == 0 ? null : Body.of(body));
    }

    private static byte[] bytes(@Nullable Body body) {
        if (body == null) {
            return new byte[0];
        }
        try {
            byte[] bytes = body.read(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw HostError.of(HostError.Kind.LIMIT_EXCEEDED, "signed-body-bytes-max=" + BODY_BYTES_MAX);
            }
            return bytes;
        } catch (IOException e) {
            throw HostError.of(HostError.Kind.UNAVAILABLE, "the body broke off where it comes from", e);
        }
    }

    private static URI uri(Origin origin, String pathAndQuery) {
        try {
            return URI.create(origin + pathAndQuery);
        } catch (IllegalArgumentException e) {
            throw HostError.of(HostError.Kind.INVALID, "a path starts with / and is percent-encoded", e);
        }
    }

    private static SdkHttpMethod method(String method) {
        try {
            return SdkHttpMethod.fromValue(method.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw HostError.of(HostError.Kind.INVALID, "a request of this method can't be signed", e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "AwsSignature[accessKeyId=" + accessKeyId + ", region=" + region + ", service=" + service + "]";
    }
}
