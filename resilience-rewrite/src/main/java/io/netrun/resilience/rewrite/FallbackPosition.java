package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Where the one fallback of a method is among its patterns. In resilience4j each pattern may have a fallback of its
 * own, inside the next outer pattern: it replaces what its pattern rejects, and what comes from within. The one
 * fallback moves outwards, past rate limiters, time limits and bulkheads, which do not look at failures, but not past a
 * retry or a circuit breaker that never saw the failures which it replaces. It does move past a circuit breaker that
 * had the same fallback around a time limit: inside, time-outs would be repeated by a retry, and reach the caller.
 *
 * @param order the order of the patterns, outermost first
 * @param patterns those that the method has
 * @param fallbacks the names of fallback methods by their patterns; not empty
 * @param failures the simple names of the failures that fallback methods take, by the names of the methods
 */
record FallbackPosition(
        List<String> order,
        Set<String> patterns,
        Map<String, String> fallbacks,
        Function<String, Set<String>> failures) {

    private static final Set<String> ALL = Set.of("Throwable", "Exception", "RuntimeException");

    private static final String TIMEOUT = "TimeoutException";

    private static final String TIME_LIMIT = "timeout";

    /** What patterns throw by themselves; a retry throws nothing. */
    private static final Map<String, String> REJECTIONS = Map.of(
            "circuit-breaker",
            "CallNotPermittedException",
            "rate-limiter",
            "RequestNotPermitted",
            TIME_LIMIT,
            TIMEOUT,
            "bulkhead",
            "BulkheadFullException");

    /** The innermost pattern with a fallback. */
    String innermost() {
        return fallbacks.keySet().stream()
                .max((one, other) -> Integer.compare(order.indexOf(one), order.indexOf(other)))
                .orElseThrow();
    }

    /** The patterns outside of the fallback, outermost first. */
    List<String> outer() {
        return outside(moved().pattern());
    }

    /**
     * The fallback methods that the one fallback calls, in that order: the innermost one first, and those of patterns
     * that it is around.
     */
    List<String> merged() {
        List<String> outer = outer();
        List<String> names = new ArrayList<>();
        names.add(fallbacks.getOrDefault(innermost(), ""));
        List<String> outwards = new ArrayList<>(order);
        Collections.reverse(outwards);
        for (String pattern : outwards) {
            String name = fallbacks.get(pattern);
            boolean isOutside =
                    outer.stream().anyMatch(other -> String.valueOf(name).equals(fallbacks.get(other)));
            if (name != null && !isOutside && !names.contains(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * The failures that a circuit breaker counts now, since its fallback is around it: simple names, sorted. Rejections
     * of other patterns are none of them, unless the configuration names them.
     */
    List<String> counted() {
        return moved().counted();
    }

    /** Whether time-outs alone counted there. */
    boolean isAroundTimeouts() {
        return counted().stream().anyMatch(ALL::contains);
    }

    /** The patterns whose rejections a fallback method gets there and not here. */
    List<String> lost(String name) {
        List<String> outer = outer();
        return outer.stream()
                .filter(REJECTIONS::containsKey)
                .filter(pattern -> outer.subList(0, outer.indexOf(pattern) + 1).stream()
                        .anyMatch(other -> name.equals(fallbacks.get(other)) && takes(name, pattern)))
                .toList();
    }

    /** Whether a retry repeats time-outs which a fallback inside it replaced there. */
    boolean areTimeoutsRepeated() {
        List<String> outer = outer();
        return outer.contains(TIME_LIMIT)
                && outer.contains("retry")
                && outer.indexOf("retry") < outer.indexOf(TIME_LIMIT)
                && outer.subList(outer.indexOf("retry") + 1, outer.indexOf(TIME_LIMIT) + 1).stream()
                        .map(pattern -> fallbacks.getOrDefault(pattern, ""))
                        .anyMatch(name -> !name.isEmpty() && takes(name, TIME_LIMIT));
    }

    /** What patterns throw here, where a fallback method replaces it there, and none does here: simple names. */
    List<String> rejecting(String name) {
        List<String> outer = outer();
        int own = order.stream()
                .filter(pattern -> name.equals(fallbacks.get(pattern)))
                .mapToInt(order::indexOf)
                .min()
                .orElse(0);
        return order.stream()
                .filter(pattern -> patterns.contains(pattern) && REJECTIONS.containsKey(pattern))
                .filter(pattern -> order.indexOf(pattern) >= own && takes(name, pattern))
                .filter(pattern -> outer.contains(pattern) || merged().stream().noneMatch(each -> takes(each, pattern)))
                .map(FallbackPosition::thrown)
                .toList();
    }

    /** What a pattern throws here instead of what it throws there. */
    private static String thrown(String pattern) {
        return switch (pattern) {
            case "circuit-breaker" -> "CircuitOpenException of an open circuit";
            case "bulkhead" -> "BulkheadFullException of a full bulkhead";
            case "rate-limiter" -> "RateLimitExceededException of a spent limit";
            default -> "TimeoutExceededException of a call that takes too long";
        };
    }

    private List<String> outside(String pattern) {
        return order.stream()
                .filter(other -> patterns.contains(other) && order.indexOf(other) < order.indexOf(pattern))
                .toList();
    }

    private Move moved() {
        String position = innermost();
        String inner = fallbacks.getOrDefault(position, "");
        Set<String> hidden = new HashSet<>(failures.apply(inner));
        List<String> counted = List.of();
        boolean isLimited = false;
        List<String> outwards = new ArrayList<>(outside(position));
        Collections.reverse(outwards);
        for (String pattern : outwards) {
            String name = fallbacks.get(pattern);
            boolean isPassed = name == null && areRejections(hidden); // a rejection is neither counted nor retried
            if (isPassed && outside(pattern).stream().anyMatch(fallbacks::containsKey)) {
                continue; // the fallback further outside gets all that these do not take
            } else if (pattern.equals("retry") && (name == null || name.equals(inner) || !areRejections(hidden))) {
                break;
            } else if (pattern.equals("circuit-breaker")
                    && (name == null || isAll(hidden) || !takes(name, pattern))
                    && !(isLimited && inner.equals(name) && takes(inner, TIME_LIMIT) && takes(inner, pattern))) {
                break;
            } else if (name == null) {
                isLimited |= pattern.equals(TIME_LIMIT);
                boolean same = outside(pattern).stream().anyMatch(other -> inner.equals(fallbacks.get(other)));
                if (!isLimited && same && takes(inner, pattern)) {
                    position = pattern; // its rejections are neither counted nor retried
                }
                continue; // a fallback further outside handles its rejections, if there is one
            }
            if (pattern.equals("circuit-breaker")) {
                counted = hidden.stream()
                        .filter(failure -> !REJECTIONS.containsValue(failure) || failure.equals(TIMEOUT))
                        .sorted()
                        .toList();
            }
            hidden.addAll(failures.apply(name));
            position = pattern;
        }
        return new Move(position, counted);
    }

    private boolean takes(String name, String pattern) {
        Set<String> taken = failures.apply(name);
        boolean all = taken.contains("Throwable")
                || taken.contains("Exception")
                || (taken.contains("RuntimeException") && !pattern.equals("timeout"));
        return all || taken.contains(REJECTIONS.getOrDefault(pattern, ""));
    }

    private static boolean isAll(Set<String> failures) {
        return failures.stream().anyMatch(ALL::contains);
    }

    private static boolean areRejections(Set<String> failures) {
        return REJECTIONS.values().containsAll(failures) && !failures.contains(TIMEOUT); // a timeout is retried
    }

    /**
     * A position.
     *
     * @param pattern the pattern that the fallback is around
     * @param counted the failures that a circuit breaker counts now
     */
    private record Move(String pattern, List<String> counted) {}
}
