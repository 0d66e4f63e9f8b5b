package io.netrun.resilience.spring.actuate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.http.MediaType;

/**
 * The body of a POST. Actuator takes only texts as the values of its fields, so settings that are written as an object
 * become the text of the same object: {@code {"settings": {"maxConcurrent": 4}}} becomes {@code {"settings":
 * "{\"maxConcurrent\":\"4\"}"}}.
 */
final class SettingsBody {

    /** No valid body is longer. */
    static final int MAX_LENGTH = 64 * 1024;

    private static final String SETTINGS = "settings";

    /** Settings that are no valid JSON, in place of those in a body that is none. */
    private static final String UNREADABLE = "{";

    /** The members of the body that the endpoint knows. */
    static final List<String> FIELDS = List.of("action", "scope", SETTINGS, "reason", "operator");

    /** The parameter of the operation that names the first member that is none of those. */
    private static final String UNKNOWN = "unknown";

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

    /**
     * The body with text values only. A body that is not an object, or has a key twice, gets settings with the same
     * problem, so that the endpoint reports it.
     */
    static byte[] flattened(byte[] body) {
        Map<String, Object> fields = read(new String(body, StandardCharsets.UTF_8));
        StringJoiner text = new StringJoiner(",", "{", "}");
        for (String field : FIELDS) {
            Object value = fields.get(field);
            if (value != null) {
                text.add(quoted(field) + ":" + quoted(field.equals(SETTINGS) ? settings(value) : text(value)));
            }
        }
        fields.keySet().stream()
                .filter(field -> !FIELDS.contains(field))
                .findFirst()
                .ifPresent(field -> text.add(quoted(UNKNOWN) + ":" + quoted(field)));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> read(String body) {
        if (body.isBlank()) {
            return Map.of();
        }
        try {
            JsonParser parser = JsonParserFactory.getJsonParser();
            Map<String, Object> fields = parser.parseMap(body);
            if (hasMore(body)) {
                return Map.of(SETTINGS, UNREADABLE);
            }
            String twice = keyGivenTwice(body);
            if (!twice.isEmpty()) {
                return Map.of(SETTINGS, twice + "=, " + twice + "=");
            }
            return fields == null ? Map.of() : fields; // null where the body is null
        } catch (RuntimeException | StackOverflowError unreadable) {
            return Map.of(SETTINGS, UNREADABLE);
        }
    }

    /** The first key that an object in valid JSON has twice, which the parser takes as one; empty if there is none. */
    private static String keyGivenTwice(String json) {
        Deque<Set<String>> objects = new ArrayDeque<>();
        int begin = 0; // of the latest text
        int end = 0;
        for (int i = 0; i < json.length(); i++) {
            switch (json.charAt(i)) {
                case '{' -> objects.push(new HashSet<>());
                case '}' -> objects.poll();
                case '"' -> {
                    begin = i + 1;
                    end = endOfText(json, begin);
                    i = end;
                }
                case ':' -> {
                    Set<String> keys = objects.peek();
                    if (keys != null && !keys.add(json.substring(begin, end))) {
                        return json.substring(begin, end);
                    }
                }
                default -> {
                    // Nothing that delimits keys.
                }
            }
        }
        return "";
    }

    /** Whether something follows the object, which some parsers ignore. */
    private static boolean hasMore(String json) {
        int depth = 0;
        for (int i = 0; i < json.length(); i++) {
            switch (json.charAt(i)) {
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) {
                        return !json.substring(i + 1).isBlank();
                    }
                }
                case '"' -> i = endOfText(json, i + 1);
                default -> {
                    // Nothing that delimits objects.
                }
            }
        }
        return false;
    }

    private static int endOfText(String json, int begin) {
        int end = begin;
        while (end < json.length() && json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(end, json.length());
    }

    private static String text(Object value) {
        if (value instanceof Map<?, ?> fields) {
            return fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + (field.getValue() == null ? "" : field.getValue()))
                    .collect(Collectors.joining(", "));
        }
        return value instanceof Collection<?> values
                ? values.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : value.toString();
    }

    private static String settings(Object value) {
        if (value instanceof Map<?, ?> settings) {
            return object(settings);
        }
        return value instanceof Collection<?> ? UNREADABLE : value.toString();
    }

    /** A value stays one value, whatever is in it. */
    private static String object(Map<?, ?> settings) {
        if (settings.isEmpty()) {
            return "";
        }
        StringJoiner text = new StringJoiner(",", "{", "}");
        settings.forEach((name, value) ->
                text.add(quoted(String.valueOf(name)) + ":" + (value == null ? "null" : quoted(value.toString()))));
        return text.toString();
    }

    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.chars().forEach(c -> {
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
