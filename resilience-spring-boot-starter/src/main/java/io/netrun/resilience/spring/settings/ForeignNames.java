package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The names that other libraries have for the settings and exceptions of this library. Spelling suggestions would be
 * misleading: {@code wait-duration} is near {@code max-duration} and means {@code base-delay}. Those of the libraries
 * from which there are recipes are in the {@link MappingTable} alone.
 */
final class ForeignNames {

    /** The section of names used where a pattern's key belongs. */
    static final String ROOT = "root";

    /** The section of names used where {@code defaults} or {@code instances} belongs. */
    static final String GROUP = "group";

    /**
     * The names that the {@link MappingTable} has not. A header in brackets has a library and a section, which is a
     * pattern's key, {@link #ROOT} or {@link #GROUP}. Each line below it has one foreign name, the keys that replace
     * it, and a note on the difference. Without keys, the note is the remedy. Within a section, the first line for a
     * name wins.
     */
    private static final String KEYS = """
            [resilience4j: root]
            timelimiter | timeout | It limits all attempts together; @AttemptTimeout limits each
            thread-pool-bulkhead | bulkhead | The threads are those of the method's executor
            circuitbreaker | circuit-breaker |
            ratelimiter | rate-limiter |
            [SmallRye: circuit-breaker]
            request-volume-threshold | window-size, minimum-calls | With detection: count-window
            failure-ratio | failure-rate-threshold | It is a percentage: 0.5 is 50
            delay | open-duration |
            delay-unit | open-duration | A duration has its unit, as in 5s
            fail-on | exceptions |
            skip-on | ignore-exceptions |
            [Failsafe: circuit-breaker]
            failure-thresholding-capacity | window-size |
            failure-thresholding-period | window-duration |
            failure-execution-threshold | minimum-calls |
            handle | exceptions |
            handle-result | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            handle-result-if | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            [SmallRye: retry]
            max-retries | max-attempts | It counts the first attempt too, so write one more
            delay | base-delay | The delays grow unless backoff is constant
            delay-unit | base-delay | A duration has its unit, as in 500ms
            max-duration-unit | max-duration | A duration has its unit, as in 5s
            jitter-delay-unit | jitter |
            retry-on | exceptions |
            abort-on | ignore-exceptions |
            [Spring Boot: retry]
            initial-interval | base-delay |
            max-interval | max-delay |
            stateless | | Remove it: each call has its own attempts
            [Failsafe: retry]
            handle | exceptions |
            handle-result | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            handle-result-if | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            abort-when | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            delay-factor | backoff-multiplier |
            jitter-factor | jitter | Its width is fixed
            [SmallRye: bulkhead]
            value | max-concurrent |
            waiting-task-queue | max-queue | Synchronous calls wait too
            [Spring Framework: bulkhead]
            concurrency-limit | max-concurrent | Calls beyond it wait in a queue of max-queue
            [Failsafe: bulkhead]
            max-concurrency | max-concurrent |
            [SmallRye: rate-limiter]
            value | limit |
            window | period |
            window-unit | period | A duration has its unit, as in 1s
            min-spacing | burst | 1 spaces calls evenly
            type | burst | 1 spaces calls evenly
            [Failsafe: rate-limiter]
            max-executions | limit |
            max-rate | limit, period |
            max-wait-time | max-wait |
            [SmallRye: timeout]
            value | duration |
            unit | duration | A duration has its unit, as in 1s
            [Failsafe: timeout]
            timeout | duration |
            [Failsafe: hedge]
            max-hedges | max-attempts | It counts the first attempt too, so write one more
            """;

    /**
     * The exceptions that the {@link MappingTable} has not, one per line: its class, and the exception that this
     * library throws instead.
     */
    private static final String EXCEPTIONS = """
            dev.failsafe.TimeoutExceededException | timeout.TimeoutExceededException
            dev.failsafe.CircuitBreakerOpenException | circuitbreaker.CircuitOpenException
            dev.failsafe.BulkheadFullException | bulkhead.BulkheadFullException
            dev.failsafe.RateLimitExceededException | ratelimiter.RateLimitExceededException
            org.springframework.retry.RetryException | retry.RetryExhaustedException
            org.springframework.core.retry.RetryException | retry.RetryExhaustedException
            org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException | timeout.TimeoutExceededException
            org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException|circuitbreaker.CircuitOpenException
            org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException | bulkhead.BulkheadFullException
            io.smallrye.faulttolerance.api.RateLimitException | ratelimiter.RateLimitExceededException
            """;

    /** What the names of those exceptions begin with. */
    private static final List<String> OF_LIBRARIES = List.of(
            "java.util.concurrent.",
            "io.github.resilience4j.",
            "dev.failsafe.",
            "org.springframework.",
            "org.eclipse.microprofile.",
            "io.smallrye.");

    private ForeignNames() {}

    /** All foreign names, in the order in which they are matched. */
    static List<Key> keys() {
        return Tables.KEYS;
    }

    /**
     * Looks up the replacement of another library's name.
     *
     * @param section the key of a pattern, {@link #ROOT} or {@link #GROUP}
     * @param word the foreign name, in any spelling
     */
    static Optional<Key> key(String section, String word) {
        String uniform = uniform(word);
        return keys().stream()
                .filter(key ->
                        key.section().equals(section) && uniform(key.word()).equals(uniform))
                .findFirst();
    }

    /** The class name of the exception that this library throws instead of another library's. */
    static Optional<String> exception(String className) {
        if (OF_LIBRARIES.stream().noneMatch(className::startsWith)) {
            return Optional.empty(); // of most settings, for which the tables need not be read
        }
        return Optional.ofNullable(Tables.EXCEPTIONS.get(className));
    }

    /** The class names of other libraries' exceptions. */
    static List<String> exceptions() {
        return List.copyOf(Tables.EXCEPTIONS.keySet());
    }

    /** A key in the normal form in which its spellings are equal. */
    static String uniform(String key) {
        return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * A name of another library.
     *
     * @param library the library that uses the name
     * @param section the section in which it occurs
     * @param word the name
     * @param keys the keys that replace it; empty if there are none
     * @param note the difference in behaviour, or the remedy if there is no key; may be empty
     */
    record Key(String library, String section, String word, List<String> keys, String note) {

        /** The remedy. */
        String remedy() {
            if (keys.isEmpty()) {
                return note;
            }
            String replaced = "Use '" + String.join("' or '", keys) + "' instead of '" + word + "'";
            return note.isEmpty() ? replaced : replaced + ". " + note;
        }
    }

    /** Parsed at the first look-up. */
    private static final class Tables {

        static final List<Key> KEYS = all();

        static final Map<String, String> EXCEPTIONS = exceptions();

        private static List<Key> all() {
            List<Key> keys = new ArrayList<>(MappedNames.ofResilience4j());
            keys.addAll(parse());
            keys.addAll(MappedNames.ofSpring());
            return List.copyOf(keys);
        }

        private static Map<String, String> exceptions() {
            Map<String, String> exceptions = new LinkedHashMap<>();
            List.of(MappingTable.RESILIENCE4J, MappingTable.SPRING_RETRY, MappingTable.SPRING_FRAMEWORK)
                    .forEach(library -> exceptions.putAll(MappingTable.get().renamed(library, "exception")));
            ForeignNames.EXCEPTIONS
                    .lines()
                    .map(Tables::cells)
                    .forEach(cells -> exceptions.put(cells.get(0), "io.netrun.resilience." + cells.get(1)));
            return Collections.unmodifiableMap(exceptions);
        }

        private static List<Key> parse() {
            List<Key> keys = new ArrayList<>();
            String library = "";
            String section = "";
            for (String line : ForeignNames.KEYS.lines().toList()) {
                if (line.startsWith("[")) {
                    int colon = line.indexOf(": ");
                    library = line.substring(1, colon);
                    section = line.substring(colon + 2, line.length() - 1);
                } else {
                    List<String> cells = cells(line);
                    List<String> replacing = Arrays.stream(cells.get(1).split(", "))
                            .filter(key -> !key.isEmpty())
                            .toList();
                    keys.add(new Key(library, section, cells.get(0), replacing, cells.get(2)));
                }
            }
            return List.copyOf(keys);
        }

        private static List<String> cells(String line) {
            return Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        }
    }
}
