package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * The code of a configuration of this library for one of resilience4j in code, by the mapping table and with the
 * defaults of resilience4j. One use for each configuration.
 */
final class ConfigCounterpart {

    private static final Map<String, String> SECTIONS = Map.of(
            "CircuitBreakerConfig", "circuitbreaker",
            "RetryConfig", "retry",
            "BulkheadConfig", "bulkhead",
            "ThreadPoolBulkheadConfig", "thread-pool-bulkhead",
            "RateLimiterConfig", "ratelimiter",
            "TimeLimiterConfig", "timelimiter");

    /** Names of methods there that are no names of settings. */
    private static final Map<String, String> PREDICATES = Map.of(
            "recordException", "failure",
            "retryOnException", "failure",
            "recordResult", "failureResult",
            "retryOnResult", "failureResult");

    /** The names that settings have there, by those of methods that differ from them. */
    private static final Map<String, String> NAMED = Map.of("ignoreException", "ignoreExceptionPredicate");

    /** Arguments that are no classes. */
    private static final String NONE = "|(\\([^()]*\\) ?)?null|new Class(<.*>)?\\[(0\\]|\\] ?\\{ ?\\})";

    /** The methods there that have the same effect here, whatever else is set. */
    private static final Map<String, Set<String>> EXACT = Map.of(
            "CircuitBreakerConfig",
                    Set.of(
                            "slidingWindow",
                            "slidingWindowSize",
                            "slidingWindowType",
                            "minimumNumberOfCalls",
                            "failureRateThreshold",
                            "slowCallRateThreshold",
                            "slowCallDurationThreshold",
                            "waitDurationInOpenState",
                            "permittedNumberOfCallsInHalfOpenState",
                            "recordExceptions",
                            "ignoreExceptions"),
            "RetryConfig", Set.of("maxAttempts", "waitDuration", "retryExceptions", "ignoreExceptions"),
            "BulkheadConfig", Set.of("maxConcurrentCalls", "maxWaitDuration"),
            "RateLimiterConfig", Set.of("limitForPeriod", "limitRefreshPeriod", "timeoutDuration"),
            "TimeLimiterConfig", Set.of("timeoutDuration", "cancelRunningFuture"));

    private final String type;

    private final Map<String, String> calls = new LinkedHashMap<>();

    private final List<String> left = new ArrayList<>();

    private final Set<String> set = new LinkedHashSet<>();

    private boolean time;

    /** Whether the configuration begins with the defaults. */
    private boolean fresh = true;

    ConfigCounterpart(String type) {
        this.type = type;
    }

    /** Whether there are settings of a configuration. */
    static boolean isKnown(String type) {
        return SECTIONS.containsKey(type);
    }

    /** The code of the default configuration. */
    String standard() {
        addStandards();
        return code(here() + ".builder()");
    }

    /** The calls of a builder here for those of one there. */
    String change(List<J.MethodInvocation> given) {
        fresh = false;
        time = given.stream().anyMatch(call -> CodeCounterparts.text(call).contains("TIME_BASED"));
        given.forEach(this::add);
        checks().apply();
        return setters();
    }

    /** The calls of a builder here that do the same as those of one there, whatever was set before; null if none do. */
    @Nullable
    String exactChange(List<J.MethodInvocation> given) {
        Set<String> names = EXACT.getOrDefault(type, Set.of());
        if (!given.stream().allMatch(call -> names.contains(call.getSimpleName()) && isPlain(call))) {
            return null;
        }
        change(given);
        if (calls.containsKey("windowSize") && !calls.containsKey("detection")) {
            return null; // calls or seconds, which the configuration decides
        }
        if (type.equals("CircuitBreakerConfig") && calls.containsKey("openDuration")) {
            calls.put("openBackoffMultiplier", "1.0"); // as there, it ends a backoff
        }
        String delay = calls.get("baseDelay");
        if (delay != null) {
            if (!delay.matches("Duration\\.(ofMillis\\([\\d_]{1,5}\\)|ofSeconds\\([12]?\\d\\))|Duration\\.ZERO")) {
                calls.put("maxDelay", delay);
            }
            calls.put("backoff", "BackoffStrategy.CONSTANT");
            calls.put("jitter", "Jitter.NONE");
        }
        return left.isEmpty() ? setters() : null;
    }

    /** Whether the value of a call is known where its translation depends on it. */
    private boolean isPlain(J.MethodInvocation call) {
        List<String> given =
                call.getArguments().stream().map(CodeCounterparts::text).toList();
        String name = call.getSimpleName();
        if (name.startsWith("slidingWindow") && !name.equals("slidingWindowSize")) {
            return given.get(given.size() - 1).matches("([\\w.]+\\.)?(COUNT|TIME)_BASED");
        } else if (name.equals("maxWaitDuration")) {
            return given.get(0).matches("Duration\\.(ZERO|of\\w+\\([\\d_]+L?\\))");
        } else if (name.endsWith("xceptions")) {
            return given.stream().allMatch(value -> value.matches("[\\w.]+\\.class"));
        }
        return given.size() == 1 && !given.get(0).isEmpty();
    }

    /** The code of a chain of calls, with what has no counterpart behind it; null if it begins otherwise. */
    @Nullable
    String code(J.MethodInvocation last) {
        List<J.MethodInvocation> chain = chain(last);
        J.MethodInvocation first = chain.get(0);
        String start = here() + ".builder()";
        fresh = !first.getSimpleName().equals("from");
        if (!fresh) {
            start = CodeCounterparts.text(first.getArguments().get(0)) + ".toBuilder()";
        } else if (!first.getSimpleName().equals("custom")
                && !first.getSimpleName().equals("ofDefaults")) {
            return null;
        }
        time = chain.stream().anyMatch(call -> CodeCounterparts.text(call).contains("TIME_BASED"));
        chain.subList(1, chain.size()).stream()
                .filter(call -> !call.getSimpleName().equals("build"))
                .forEach(this::add);
        if (fresh) {
            addStandards();
        }
        checks().apply();
        return code(start);
    }

    private ConfigChecks checks() {
        return new ConfigChecks(
                rows().stream().map(row -> row.section().to()).findFirst().orElse(""), fresh, calls, left);
    }

    private String code(String start) {
        return start + setters() + ".build()" + left();
    }

    private String setters() {
        StringBuilder code = new StringBuilder();
        calls.forEach((name, value) ->
                code.append('.').append(name).append('(').append(value).append(')'));
        return code.toString();
    }

    /** What has no counterpart, behind the code; empty if everything has one. */
    String left() {
        return left.isEmpty() ? "" : "; without a counterpart: " + String.join("; ", left);
    }

    private String here() {
        return here(type);
    }

    /** The simple name of a configuration here. */
    static String here(String type) {
        return switch (type) {
            case "TimeLimiterConfig" -> "TimeoutConfig";
            case "ThreadPoolBulkheadConfig" -> "BulkheadConfig";
            default -> type;
        };
    }

    private static List<J.MethodInvocation> chain(J.MethodInvocation last) {
        List<J.MethodInvocation> chain = new ArrayList<>();
        Expression next = last;
        while (next instanceof J.MethodInvocation call) {
            chain.add(0, call);
            next = call.getSelect();
        }
        return chain;
    }

    private void add(J.MethodInvocation call) {
        String name = call.getSimpleName();
        List<String> given = call.getArguments().stream()
                .filter(argument -> !(argument instanceof J.Empty))
                .map(CodeCounterparts::text)
                .toList();
        String all = String.join(", ", given);
        set.add(Names.uniform(name));
        if (name.equals("slidingWindow") && given.size() >= 3) {
            set.addAll(List.of("slidingwindowsize", "minimumnumberofcalls", "slidingwindowtype"));
            addType(given.get(2));
            addSize(given.get(0));
            calls.put("minimumCalls", given.get(1));
        } else if (name.equals("slidingWindowType")) {
            addType(all);
        } else if (name.equals("slidingWindowSize")) {
            addSize(all);
        } else if (name.equals("intervalFunction")
                && addInterval(call.getArguments().get(0))) {
            set.addAll(List.of("waitduration", "enableexponentialbackoff", "enablerandomizedwait"));
        } else if (PREDICATES.containsKey(name)) {
            calls.put(PREDICATES.getOrDefault(name, name), all);
        } else if (name.endsWith("Exceptions") && all.matches(NONE)) {
            addNone(name.equals("ignoreExceptions") ? "ignoreExceptions" : "exceptions");
        } else if (name.equals("maxWaitDuration") && type.equals("BulkheadConfig")) {
            addQueue(all);
        } else if (name.equals("maxWaitDurationInHalfOpenState")) {
            calls.put("halfOpenMaxDuration", isZero(all) ? "Duration.ofDays(365)" : all);
        } else {
            addByTable(name, all);
        }
    }

    /** A list without classes: there, each exception is in an empty one of those that count. */
    private void addNone(String name) {
        if (fresh) {
            calls.remove(name);
        } else {
            calls.put(name, name.equals("exceptions") ? "Exception.class" : "");
        }
    }

    private void addByTable(String name, String value) {
        String setting = Names.uniform(NAMED.getOrDefault(name, name));
        Row row = rows().stream()
                .filter(candidate -> Names.uniform(candidate.there().name()).matches(setting + "s?"))
                .findFirst()
                .orElse(null);
        String word = row == null || value.isEmpty() ? "true" : value;
        if (row == null) {
            left.add(name + "(" + value + ")");
        } else if (row.here().name().isEmpty()) {
            left.add(name + "(" + value + "): " + row.reason().replaceAll("\\.$", ""));
        } else if (row.words().isEmpty()) {
            row.here().names().forEach(here -> calls.put(camel(here), value));
        } else {
            String last = word.substring(word.lastIndexOf('.') + 1);
            String here = row.words().getOrDefault(last, "");
            if (here.isEmpty()) {
                left.add(name + "(" + value + ")");
            } else {
                calls.put(camel(row.here().name()), constant(row.here().name(), here));
            }
        }
    }

    private void addType(String value) {
        calls.put("detection", value.endsWith("TIME_BASED") ? "Detection.TIME_WINDOW" : "Detection.COUNT_WINDOW");
    }

    private void addSize(String value) {
        calls.put(time ? "windowDuration" : "windowSize", time ? "Duration.ofSeconds(" + value + ")" : value);
    }

    private void addQueue(String value) {
        if (isZero(value)) {
            calls.put("maxQueue", "0");
        } else {
            calls.put("maxWait", value);
            calls.put("maxQueue", Values.LARGEST);
        }
    }

    private static boolean isZero(String value) {
        return value.matches("Duration\\.(ZERO|of\\w+\\(0L?\\))");
    }

    private boolean addInterval(Expression function) {
        if (!(function instanceof J.MethodInvocation call)
                || call.getSelect() == null
                || !CodeCounterparts.text(call.getSelect()).endsWith("IntervalFunction")) {
            return false;
        }
        List<String> given =
                call.getArguments().stream().map(CodeCounterparts::text).toList();
        String name = call.getSimpleName();
        boolean grows = name.contains("Exponential");
        if (!name.matches("of|ofRandomized|ofExponentialBackoff|ofExponentialRandomBackoff")
                || given.get(0).isEmpty()) {
            return false;
        }
        int most = name.equals("ofExponentialRandomBackoff") ? 4 : 3;
        calls.put("baseDelay", duration(given.get(0)));
        if (given.get(0).matches("0L?") || isZero(given.get(0))) {
            left.add(name + "(" + given.get(0) + "): there, it throws IllegalArgumentException, at once or instead of a"
                    + " retry; here, attempts follow each other without a delay");
        }
        calls.put("backoff", grows ? "BackoffStrategy.EXPONENTIAL" : "BackoffStrategy.CONSTANT");
        if (grows) {
            calls.put("backoffMultiplier", given.size() > 1 ? given.get(1) : "1.5");
            calls.put("maxDelay", given.size() == most ? duration(given.get(most - 1)) : "Duration.ofDays(365)");
        }
        calls.put("jitter", name.contains("Random") ? "Jitter.EQUAL" : "Jitter.NONE");
        return true;
    }

    private static String duration(String value) {
        return value.matches("[\\d_]+L?") ? "Duration.ofMillis(" + value + ")" : value;
    }

    /** The defaults that differ. */
    private void addStandards() {
        for (Row row : rows()) {
            String standard = row.there().standard();
            boolean differs = !standard.isEmpty()
                    && !row.here().standard().equals(standard)
                    && !row.words().getOrDefault(standard, standard).isEmpty();
            if (!differs || set.contains(Names.uniform(row.there().name()))) {
                continue;
            }
            if (row.there().name().equals("max-wait-duration")) {
                calls.putIfAbsent("maxQueue", "0");
            } else if (row.there().name().equals("max-wait-duration-in-half-open-state")) {
                calls.putIfAbsent("halfOpenMaxDuration", "Duration.ofDays(365)");
            } else if (row.there().name().equals("sliding-window-size")) {
                addSize(standard);
            } else {
                String value = row.words().getOrDefault(standard, standard);
                row.here().names().forEach(here -> calls.putIfAbsent(camel(here), constant(here, value)));
            }
        }
        if (type.equals("BulkheadConfig")) {
            calls.putIfAbsent("pools", "BulkheadPools.SHARED");
        } else if (type.equals("ThreadPoolBulkheadConfig")) {
            calls.putIfAbsent("maxConcurrent", "Runtime.getRuntime().availableProcessors()");
        } else if (type.equals("CircuitBreakerConfig")) {
            calls.putIfAbsent("exceptions", "Exception.class"); // errors never count there
        } else if (type.equals("RateLimiterConfig")
                && !set.contains("limitrefreshperiod")
                && !calls.getOrDefault("limit", "").matches("-\\d+|0")) {
            calls.put("limit", Values.LARGEST);
        }
    }

    private List<Row> rows() {
        return MappingTable.get().settings(SECTIONS.getOrDefault(type, "")).toList();
    }

    private static String constant(String setting, String value) {
        return switch (setting) {
            case "detection" -> "Detection." + upper(value);
            case "backoff" -> "BackoffStrategy." + upper(value);
            case "jitter" -> "Jitter." + upper(value);
            case "on-exhausted" -> "OnExhausted." + upper(value);
            case "initial-state" -> "InitialState." + upper(value);
            default -> value.matches("\\d+(ms|s)") ? durationOf(value) : value;
        };
    }

    private static String durationOf(String value) {
        boolean millis = value.endsWith("ms");
        return "Duration." + (millis ? "ofMillis(" : "ofSeconds(") + value.replaceAll("\\D", "") + ")";
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("-", -1)) {
            camel.append(
                    camel.length() == 0 ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return camel.toString();
    }
}
