package io.netrun.resilience.spring.actuate;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long plain values are as JSON, nearly: who writes it may write a character or a number in another way. */
final class JsonSize {

    private static final int QUOTES = 2;
    private static final int ESCAPED = 6;
    private static final int NULL = 4;
    private static final char FIRST_PRINTABLE = ' ';
    private static final char LAST_OF_ONE_BYTE = '~';
    private static final int OTHER = 3;

    private JsonSize() {}

    static long of(@Nullable Object value) {
        if (value == null) {
            return NULL;
        }
        if (value instanceof Map<?, ?> map) {
            long sum = QUOTES;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                sum += text(String.valueOf(entry.getKey())) + of(entry.getValue()) + 2;
            }
            return sum;
        }
        if (value instanceof Collection<?> all) {
            long sum = QUOTES;
            for (Object each : all) {
                sum += of(each) + 1;
            }
            return sum;
        }
        return value instanceof Number || value instanceof Boolean
                ? value.toString().length()
                : text(value.toString());
    }

    private static long text(String text) {
        long sum = QUOTES;
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == '"' || each == '\\') {
                sum += 2;
            } else if (each < FIRST_PRINTABLE) {
                sum += ESCAPED;
            } else {
                sum += each <= LAST_OF_ONE_BYTE ? 1 : OTHER;
            }
        }
        return sum;
    }
}
