package io.netrun.resilience.spring.actuate;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.http.MediaType;

/**
 * The body of a POST. Actuator takes only texts as the values of its fields, so settings that are written as an object become the
 * text that says the same: {@code {"settings": {"maxConcurrent": 4}}} becomes {@code {"settings": "maxConcurrent=4"}}.
 */
final class SettingsBody {

    /** No body that means anything is longer. */
    static final int MAX_LENGTH = 64 * 1024;

    private static final String SETTINGS = "settings";
    private static final String ACTION = "action";

    private SettingsBody() {}

    /** Whether a body of this type may be one. */
    static boolean isJson(@Nullable String contentType) {
        try {
            MediaType type = contentType == null ? null : MediaType.parseMediaType(contentType);
            return type != null && type.getSubtype().endsWith("json");
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    /** The body with settings as a text; the same body if it has no object of settings, or cannot be read. */
    static byte[] flattened(byte[] body) {
        Map<String, Object> fields; // null where the body is null
        try {
            JsonParser parser = JsonParserFactory.getJsonParser();
            fields = parser.parseMap(new String(body, StandardCharsets.UTF_8));
        } catch (RuntimeException unreadable) {
            return body; // Actuator says what is wrong with it
        }
        if (fields == null || !(fields.get(SETTINGS) instanceof Map<?, ?> settings)) {
            return body;
        }
        String text = settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + (setting.getValue() == null ? "" : setting.getValue()))
                .collect(Collectors.joining(", "));
        String action = fields.get(ACTION) == null ? "" : "," + quoted(ACTION) + ":" + quoted(fields.get(ACTION));
        return ("{" + quoted(SETTINGS) + ":" + quoted(text) + action + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(Object value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.toString().chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted(c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
