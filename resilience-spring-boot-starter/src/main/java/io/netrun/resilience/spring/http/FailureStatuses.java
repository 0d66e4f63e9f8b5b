package io.netrun.resilience.spring.http;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The response statuses that count as failures. Immutable. */
final class FailureStatuses {

    static final List<String> DEFAULT = List.of("5xx", "429");

    private static final Pattern CLASS = Pattern.compile("([1-5])xx");
    private static final Pattern CODE = Pattern.compile("[1-9][0-9]{2}");
    private static final String NONE_WRITTEN = "none";

    /** No status is a failure. */
    static final FailureStatuses NONE = new FailureStatuses(new BitSet());

    private final BitSet codes;

    private FailureStatuses(BitSet codes) {
        this.codes = codes;
    }

    /**
     * Parses statuses: classes ({@code 5xx}), codes ({@code 429}), or the single word {@code none}.
     *
     * @param written the texts to parse
     * @param wrong receives a message for each unreadable one, which is omitted
     */
    static FailureStatuses of(List<String> written, Consumer<String> wrong) {
        BitSet codes = new BitSet();
        for (String each : written) {
            String status = each.trim().toLowerCase(Locale.ROOT);
            Matcher ofClass = CLASS.matcher(status);
            if (ofClass.matches()) {
                int first = 100 * Integer.parseInt(ofClass.group(1));
                IntStream.range(first, first + 100).forEach(codes::set);
            } else if (CODE.matcher(status).matches()) {
                codes.set(Integer.parseInt(status));
            } else if (!status.equals(NONE_WRITTEN) || written.size() > 1) {
                wrong.accept(
                        "'" + each + "': must be a class such as 5xx or a code such as 429, or the single word none");
            }
        }
        return new FailureStatuses(codes);
    }

    boolean contains(int status) {
        return status >= 0 && codes.get(status);
    }
}
