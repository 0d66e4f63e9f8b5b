package io.netrun.resilience.spring.http;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The statuses of responses that count as failures. Immutable. */
final class FailureStatuses {

    static final List<String> DEFAULT = List.of("5xx", "429");

    private static final Pattern CLASS = Pattern.compile("([1-5])xx");
    private static final Pattern CODE = Pattern.compile("[1-9][0-9]{2}");
    private static final String NONE = "none";

    private final BitSet codes;

    private FailureStatuses(BitSet codes) {
        this.codes = codes;
    }

    /**
     * Reads statuses as they are written: classes ({@code 5xx}), codes ({@code 429}), or the one word {@code none}.
     *
     * @throws IllegalArgumentException if one can not be read; the message says which, and what is allowed
     */
    static FailureStatuses of(List<String> written) {
        BitSet codes = new BitSet();
        for (String each : written) {
            String status = each.trim().toLowerCase(Locale.ROOT);
            Matcher ofClass = CLASS.matcher(status);
            if (ofClass.matches()) {
                int first = 100 * Integer.parseInt(ofClass.group(1));
                IntStream.range(first, first + 100).forEach(codes::set);
            } else if (CODE.matcher(status).matches()) {
                codes.set(Integer.parseInt(status));
            } else if (!status.equals(NONE) || written.size() > 1) {
                throw new IllegalArgumentException(
                        "'" + each + "': must be a class such as 5xx or a code such as 429, or nothing but none");
            }
        }
        return new FailureStatuses(codes);
    }

    boolean contains(int status) {
        return status >= 0 && codes.get(status);
    }
}
