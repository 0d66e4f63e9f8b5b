package io.netrun.resilience.spring.pattern;

import java.util.function.BiConsumer;

/** The header fields in which a server writes a rate limit. */
public enum RateLimitFields {
    /** {@code RateLimit-Limit}, {@code RateLimit-Remaining} and {@code RateLimit-Reset}. */
    RATE_LIMIT {
        @Override
        public void write(RateLimitView view, BiConsumer<String, String> header) {
            writeThree("RateLimit-", view, header);
        }
    },
    /** {@code X-RateLimit-Limit}, {@code X-RateLimit-Remaining} and {@code X-RateLimit-Reset}. */
    X_RATE_LIMIT {
        @Override
        public void write(RateLimitView view, BiConsumer<String, String> header) {
            writeThree("X-RateLimit-", view, header);
        }
    },
    /**
     * The structured fields {@code RateLimit} and {@code RateLimit-Policy}, which have the name of the instance, in the
     * syntax of draft-ietf-httpapi-ratelimit-headers-10.
     */
    STRUCTURED {
        @Override
        public void write(RateLimitView view, BiConsumer<String, String> header) {
            String name = quoted(view.name());
            header.accept("RateLimit-Policy", name + ";q=" + view.limit() + ";w=" + view.periodSeconds());
            header.accept("RateLimit", name + ";r=" + view.remaining() + ";t=" + view.resetSeconds());
        }
    };

    /**
     * Writes a limit.
     *
     * @param header takes the name and the value of each field
     */
    public abstract void write(RateLimitView view, BiConsumer<String, String> header);

    private static void writeThree(String prefix, RateLimitView view, BiConsumer<String, String> header) {
        header.accept(prefix + "Limit", Integer.toString(view.limit()));
        header.accept(prefix + "Remaining", Integer.toString(view.remaining()));
        header.accept(prefix + "Reset", Long.toString(view.resetSeconds()));
    }

    /**
     * A string of a structured field (RFC 9651, 3.3.3), which is printable ASCII; other characters become {@code ?}.
     */
    private static String quoted(String name) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < name.length(); i++) {
            char each = name.charAt(i);
            if (each == '"' || each == '\\') {
                text.append('\\');
            }
            text.append(each >= ' ' && each <= '~' ? each : '?');
        }
        return text.append('"').toString();
    }
}
