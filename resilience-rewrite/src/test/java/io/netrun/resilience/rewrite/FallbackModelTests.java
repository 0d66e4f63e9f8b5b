package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get, and how often the body is called, with one fallback method in any set of patterns. */
class FallbackModelTests {

    private static final int ATTEMPTS = 3;

    private static final List<String> EVENTS =
            List.of("failure", "timeout", "circuit-breaker", "bulkhead", "rate-limiter");

    /**
     * What a call ends with.
     *
     * @param exception what is thrown; empty for the result of the fallback
     * @param calls how often the body is called
     */
    private record End(String exception, int calls) {}

    /** There, each pattern has its fallback around it, and a retry repeats all. */
    private static End there(String event, List<String> patterns, Set<String> fallbacks) {
        End end = new End(event, 1); // a time-out is one of the body without a time limit: nothing else
        for (int i = patterns.size() - 1; i >= 0; i--) {
            end = around(patterns.get(i), event, end, true);
            if (fallbacks.contains(patterns.get(i)) && !end.exception().isEmpty()) {
                end = new End("", end.calls());
            }
        }
        return end;
    }

    /** Here, the fallback has one position, and a retry repeats no rejections. */
    private static End here(String event, List<String> patterns, List<String> outer) {
        End end = new End(event, 1);
        for (int i = patterns.size() - 1; i >= 0; i--) {
            if (i == outer.size() - 1) {
                end = new End("", end.calls());
            }
            end = around(patterns.get(i), event, end, false);
        }
        return outer.isEmpty() ? new End("", end.calls()) : end;
    }

    private static End around(String pattern, String event, End end, boolean all) {
        if (pattern.equals("retry")) {
            boolean repeated = all || Set.of("failure", "timeout").contains(end.exception());
            return end.exception().isEmpty() || !repeated ? end : new End(end.exception(), ATTEMPTS * end.calls());
        }
        return pattern.equals(event) && !pattern.equals("timeout") ? new End(event, 0) : end;
    }

    private static List<List<String>> subsets(List<String> all) {
        List<List<String>> subsets = new ArrayList<>();
        for (int bits = 1; bits < 1 << all.size(); bits++) {
            List<String> subset = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if ((bits >> i & 1) == 1) {
                    subset.add(all.get(i));
                }
            }
            subsets.add(subset);
        }
        return subsets;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry circuit-breaker rate-limiter timeout bulkhead",
                "circuit-breaker retry rate-limiter timeout bulkhead",
                "rate-limiter retry circuit-breaker bulkhead timeout",
                "timeout retry circuit-breaker rate-limiter bulkhead",
            })
    void whatCallersGetShouldBeTheSameOrListed(String order) {
        List<String> differences = new ArrayList<>();
        for (List<String> patterns : subsets(List.of(order.split(" ")))) {
            for (List<String> replaced : subsets(patterns)) {
                Map<String, String> fallbacks = new LinkedHashMap<>();
                replaced.forEach(pattern -> fallbacks.put(pattern, "no"));
                FallbackPosition position = new FallbackPosition(
                        List.of(order.split(" ")), new HashSet<>(patterns), fallbacks, name -> Set.of("Exception"));
                for (String event : EVENTS) {
                    if (!event.equals("failure") && !patterns.contains(event)) {
                        continue;
                    }
                    int limit = patterns.indexOf("timeout");
                    End there = event.equals("timeout")
                            ? there(event, patterns.subList(0, limit + 1), new HashSet<>(replaced))
                            : there(event, patterns, new HashSet<>(replaced));
                    boolean inside = event.equals("timeout") && position.outer().size() > limit;
                    End here = here(
                            event,
                            event.equals("timeout") ? patterns.subList(0, limit + 1) : patterns,
                            inside ? List.of("none", "of", "these", "is", "as", "long") : position.outer());
                    boolean listed = position.lost("no").contains(event);
                    if ((!there.exception().equals(here.exception()) && !listed) || here.calls() > there.calls()) {
                        differences.add(patterns + " with " + replaced + ", " + event + ": " + there + ", " + here);
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
    }
}
