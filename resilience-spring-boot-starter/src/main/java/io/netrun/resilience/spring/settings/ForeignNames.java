package io.netrun.resilience.spring.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The names that other libraries have for the settings and exceptions of this library. Spelling suggestions would be
 * misleading: {@code wait-duration} is near {@code max-duration} and means {@code base-delay}.
 */
final class ForeignNames {

    /** The section of names used where a pattern's key belongs. */
    static final String ROOT = "root";

    /** The section of names used where {@code defaults} or {@code instances} belongs. */
    static final String GROUP = "group";

    /**
     * A header in brackets has a library and a section, which is a pattern's key, {@link #ROOT} or {@link #GROUP}. Each
     * line below it has one foreign name, the keys that replace it, and a note on the difference. Without keys, the
     * note is the remedy. Within a section, the first line for a name wins.
     */
    private static final String KEYS = """
            [resilience4j: root]
            timelimiter | timeout | It limits all attempts together; @AttemptTimeout limits each
            thread-pool-bulkhead | bulkhead | The threads are those of the method's executor
            circuitbreaker | circuit-breaker |
            ratelimiter | rate-limiter |
            [resilience4j: group]
            configs | bases | The block named default is defaults
            backends | instances |
            circuit-breaker-aspect-order | | Set resilience.order
            retry-aspect-order | | Set resilience.order
            bulkhead-aspect-order | | Set resilience.order
            rate-limiter-aspect-order | | Set resilience.order
            time-limiter-aspect-order | | Set resilience.order
            metrics | | Remove it: meters are always registered if Micrometer is present
            [resilience4j: circuit-breaker]
            base-config | base |
            sliding-window-type | detection | Write count-window or time-window
            sliding-window-size | window-size, window-duration | A time window has a window-duration
            ring-buffer-size-in-closed-state | window-size |
            ring-buffer-size-in-half-open-state | success-threshold | One failure reopens
            minimum-number-of-calls | minimum-calls |
            slow-call-duration-threshold | slow-call-duration |
            wait-duration-in-open-state | open-duration |
            wait-interval | open-duration |
            enable-exponential-backoff | open-backoff-multiplier | A number above 1 turns it on
            exponential-backoff-multiplier | open-backoff-multiplier |
            exponential-max-wait-duration-in-open-state | max-open-duration |
            enable-randomized-wait | | Remove it: the open duration has no jitter
            randomized-wait-factor | | Remove it: the open duration has no jitter
            permitted-number-of-calls-in-half-open-state | success-threshold, half-open-max-calls | One failure reopens
            max-wait-duration-in-half-open-state | half-open-max-duration | It limits each trial
            automatic-transition-from-open-to-half-open-enabled | | Remove it: the next call starts the trials
            transition-to-state-after-wait-duration | | Remove it: a trial that takes too long reopens the circuit
            ignore-class-binding-exceptions | | Remove it: a class that does not exist fails startup
            record-exceptions | exceptions | A failure not listed is ignored; it is not a success
            record-failure-predicate | failure | exceptions must list the failure too
            ignore-exception-predicate | failure | The predicate must return false for what is ignored
            record-result-predicate | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            register-health-indicator | health | Write details
            allow-health-indicator-to-fail | health | Write status
            writable-stack-trace-enabled | stack-traces |
            event-consumer-buffer-size | | Remove it: the last 20 events of each instance are kept
            [SmallRye: circuit-breaker]
            request-volume-threshold | window-size, minimum-calls | With detection: count-window
            failure-ratio | failure-rate-threshold | It is a percentage: 0.5 is 50
            delay | open-duration |
            delay-unit | open-duration | A duration has its unit, as in 5s
            fail-on | exceptions |
            skip-on | ignore-exceptions |
            [Spring Retry: circuit-breaker]
            max-attempts | failure-threshold | Attempts are configured in retry
            open-timeout | window-duration | With detection: time-window
            reset-timeout | open-duration |
            [Failsafe: circuit-breaker]
            failure-thresholding-capacity | window-size |
            failure-thresholding-period | window-duration |
            failure-execution-threshold | minimum-calls |
            handle | exceptions |
            handle-result | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            handle-result-if | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            [resilience4j: retry]
            base-config | base |
            max-retry-attempts | max-attempts |
            wait-duration | base-delay | The delays grow unless backoff is constant
            interval-function | backoff | Write exponential, linear, fibonacci or constant
            interval-bi-function | | Set customBackoff(…) in a ConfigCustomizer
            consume-result-before-retry-attempt | | Listen with onRetry(…)
            enable-exponential-backoff | backoff | Write exponential
            exponential-backoff-multiplier | backoff-multiplier |
            exponential-max-wait-duration | max-delay |
            enable-randomized-wait | jitter |
            randomized-wait-factor | jitter | Its width is fixed
            retry-exceptions | exceptions |
            retry-exception-predicate | failure | Write '@' and the name of a Predicate bean, or the name of a class
            result-predicate | failure-result | Write '@' and the name of a Predicate bean, or the name of a class
            fail-after-max-attempts | on-exhausted | Write wrap
            event-consumer-buffer-size | | Remove it: the last 20 events of each instance are kept
            [SmallRye: retry]
            max-retries | max-attempts | It counts the first attempt too, so write one more
            delay | base-delay | The delays grow unless backoff is constant
            delay-unit | base-delay | A duration has its unit, as in 500ms
            max-duration-unit | max-duration | A duration has its unit, as in 5s
            jitter-delay-unit | jitter |
            retry-on | exceptions |
            abort-on | ignore-exceptions |
            [Spring Retry: retry]
            retry-for | exceptions |
            no-retry-for | ignore-exceptions |
            include | exceptions |
            exclude | ignore-exceptions |
            value | exceptions |
            not-recoverable | | Name the failures in the parameters of a @Fallback method
            recover | | Name the method in @Fallback(method = …)
            random | jitter |
            stateful | | Remove it: each call has its own attempts
            [Spring Framework: retry]
            includes | exceptions |
            excludes | ignore-exceptions |
            multiplier | backoff-multiplier |
            timeout | max-duration |
            predicate | failure | Write '@' and the name of a Predicate bean, or the name of a class
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
            [resilience4j: bulkhead]
            base-config | base |
            max-concurrent-calls | max-concurrent |
            max-wait-duration | max-wait | It has no effect where max-queue is 0
            max-wait-time | max-wait | It has no effect where max-queue is 0
            max-thread-pool-size | max-concurrent | The threads are those of the method's executor
            core-thread-pool-size | max-concurrent | The threads are those of the method's executor
            queue-capacity | max-queue |
            keep-alive-duration | | Remove it: the threads are those of the method's executor
            context-propagators | | Remove it: the threads are those of the method's executor
            fair-call-handling-enabled | | Remove it: calls are admitted in the order of their arrival
            fair-call-handling-strategy-enabled | | Remove it: calls are admitted in the order of their arrival
            writable-stack-trace-enabled | stack-traces |
            event-consumer-buffer-size | | Remove it: the last 20 events of each instance are kept
            [SmallRye: bulkhead]
            value | max-concurrent |
            waiting-task-queue | max-queue | Synchronous calls wait too
            [Spring Framework: bulkhead]
            limit | max-concurrent | Calls beyond it wait in a queue of max-queue
            concurrency-limit | max-concurrent | Calls beyond it wait in a queue of max-queue
            policy | max-queue | 0 rejects at once
            [Failsafe: bulkhead]
            max-concurrency | max-concurrent |
            [resilience4j: rate-limiter]
            base-config | base |
            limit-for-period | limit | After a burst, permits refill evenly, not once per period
            limit-refresh-period | period |
            timeout-duration | max-wait |
            subscribe-for-events | | Remove it: the last 20 events of each instance are kept
            event-consumer-buffer-size | | Remove it: the last 20 events of each instance are kept
            writable-stack-trace-enabled | stack-traces |
            register-health-indicator | | Remove it: rate limiters do not contribute to health
            allow-health-indicator-to-fail | | Remove it: rate limiters do not contribute to health
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
            [resilience4j: timeout]
            base-config | base |
            timeout-duration | duration | A stream is limited as a whole and not between elements
            cancel-running-future | interrupt | An asynchronous call is always cancelled
            event-consumer-buffer-size | | Remove it: the last 20 events of each instance are kept
            [SmallRye: timeout]
            value | duration |
            unit | duration | A duration has its unit, as in 1s
            [Failsafe: timeout]
            timeout | duration |
            [Failsafe: hedge]
            max-hedges | max-attempts | It counts the first attempt too, so write one more
            """;

    /** One exception per line: its class, and the exception that this library throws instead. */
    private static final String EXCEPTIONS = """
            java.util.concurrent.TimeoutException | timeout.TimeoutExceededException
            io.github.resilience4j.circuitbreaker.CallNotPermittedException | circuitbreaker.CircuitOpenException
            io.github.resilience4j.ratelimiter.RequestNotPermitted | ratelimiter.RateLimitExceededException
            io.github.resilience4j.bulkhead.BulkheadFullException | bulkhead.BulkheadFullException
            io.github.resilience4j.retry.MaxRetriesExceededException | retry.RetryExhaustedException
            io.github.resilience4j.retry.MaxRetriesExceeded | retry.RetryExhaustedException
            dev.failsafe.TimeoutExceededException | timeout.TimeoutExceededException
            dev.failsafe.CircuitBreakerOpenException | circuitbreaker.CircuitOpenException
            dev.failsafe.BulkheadFullException | bulkhead.BulkheadFullException
            dev.failsafe.RateLimitExceededException | ratelimiter.RateLimitExceededException
            org.springframework.retry.ExhaustedRetryException | retry.RetryExhaustedException
            org.springframework.retry.RetryException | retry.RetryExhaustedException
            org.springframework.core.retry.RetryException | retry.RetryExhaustedException
            org.springframework.resilience.InvocationRejectedException | bulkhead.BulkheadFullException
            org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException | timeout.TimeoutExceededException
            org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException|circuitbreaker.CircuitOpenException
            org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException | bulkhead.BulkheadFullException
            io.smallrye.faulttolerance.api.RateLimitException | ratelimiter.RateLimitExceededException
            """;

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

        static final List<Key> KEYS = parse();

        static final Map<String, String> EXCEPTIONS = ForeignNames.EXCEPTIONS
                .lines()
                .map(Tables::cells)
                .collect(Collectors.toUnmodifiableMap(
                        cells -> cells.get(0), cells -> "io.netrun.resilience." + cells.get(1)));

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
