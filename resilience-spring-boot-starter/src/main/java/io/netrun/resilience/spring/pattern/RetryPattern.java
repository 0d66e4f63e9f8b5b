package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.retry.BackoffStrategy;
import io.netrun.resilience.retry.BeforeRetry;
import io.netrun.resilience.retry.FailureDelay;
import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryEvent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.ConfigurableConversionService;

/** The descriptor of retries. */
final class RetryPattern {

    private static final String CALLS = "retry.calls";
    private static final String CALLS_HELP =
            "Calls by outcome; those whose first attempt succeeded only with count-successes";

    static final PatternDescriptor<Retry, RetryConfig> DESCRIPTOR = PatternDescriptor.of(
                    Retry.TYPE, io.netrun.resilience.annotation.Retry.class, "retries")
            .repeatsCalls()
            .callCounts("Retries", "totalRetries")
            .meters(RetryPattern::meters)
            .applicationEvents(List.of(RetryEvent.Retrying.class, RetryEvent.Denied.class, RetryEvent.Exhausted.class))
            .converters(RetryPattern::registerConverters)
            .code(
                    new CodeSetting<>(BackoffStrategy.Custom.class, NamedBackoff::new),
                    new CodeSetting<>(BeforeRetry.class, NamedBeforeRetry::new))
            .waits(RetryPattern::waits)
            .attempts(instance -> instance.config().maxAttempts())
            .longestDurations(RetryPattern::longestDurations)
            .conflicts(RetryPattern::conflicts)
            .onRetry(
                    (retry, listener) -> retry.on(RetryEvent.Retrying.class, event -> listener.accept(event.failure())))
            .build();

    private RetryPattern() {}

    /** The max-duration ends the retry, so waits that exceed it never come to an end. */
    private static Stream<NamedDuration> waits(Retry retry) {
        RetryConfig config = retry.config();
        Duration limit = config.maxDuration();
        Stream<NamedDuration> waits = NamedDuration.of(
                "the waits between " + config.maxAttempts() + " attempts",
                config.maxTotalDelay().orElse(null));
        return Stream.concat(
                NamedDuration.of("max-duration", limit),
                waits.filter(wait -> limit == null || wait.duration().compareTo(limit) < 0));
    }

    /** A retry whose first delay does not fit into its max-duration. */
    private static Stream<String> conflicts(Retry retry) {
        RetryConfig config = retry.config();
        Duration limit = config.maxDuration();
        Duration delay = config.baseDelay();
        if (limit == null
                || config.maxAttempts() == 1
                || config.customBackoff() != null
                || delay.compareTo(limit) < 0) {
            return Stream.empty();
        }
        Duration shortest = switch (config.jitter()) {
            case NONE, DECORRELATED -> delay;
            case EQUAL -> delay.dividedBy(2);
            case FULL -> Duration.ZERO;
        };
        return Stream.of("base-delay of Retry '" + retry.name() + "' is " + NamedDuration.text(delay)
                + ", but its max-duration is " + NamedDuration.text(limit)
                + (shortest.compareTo(limit) >= 0
                        ? ": it never retries"
                        : ": it retries only where jitter shortens the delay enough")
                + ". Shorten the delay, or lengthen max-duration");
    }

    /** A retry with a time limit of its own ends by that limit, however long its attempts take. */
    private static Stream<NamedDuration> longestDurations(Retry retry, Duration each) {
        RetryConfig config = retry.config();
        if (config.maxDuration() != null) {
            return Stream.empty();
        }
        Duration waits = config.maxTotalDelay().orElse(Duration.ZERO);
        return NamedDuration.of(
                config.maxAttempts() + " attempts of " + NamedDuration.text(each) + ", with the waits between them,",
                each.multipliedBy(config.maxAttempts()).plus(waits));
    }

    private static List<MeterSpec<Retry>> meters() {
        return List.of(
                MeterSpec.counter(
                        "retry.retries",
                        "Attempts made after a failed one",
                        r -> r.metrics().totalRetries()),
                MeterSpec.<Retry>gauge(
                                "retry.budget.available",
                                "Tokens left in the retry budget, NaN without one",
                                RetryPattern::budgetAvailable)
                        .largest(),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "recovered", r -> r.metrics().totalRecovered()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "exhausted", r -> r.metrics().totalExhausted()),
                MeterSpec.counter(CALLS, CALLS_HELP, "denied", r -> r.metrics().totalDenied()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "not_retried", r -> r.metrics().totalNotRetried()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "cancelled", r -> r.metrics().totalCancelled()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "succeeded", r -> r.metrics().totalSucceeded()));
    }

    private static double budgetAvailable(Retry retry) {
        RetryBudget budget = retry.config().budget();
        return budget == null ? Double.NaN : budget.available();
    }

    private static FailureDelay failureDelay(String text, ConversionService conversion) {
        int end = text.lastIndexOf('=');
        FailureMatcher failure =
                end < 0 ? null : conversion.convert(text.substring(0, end).trim(), FailureMatcher.class);
        Duration delay =
                end < 0 ? null : conversion.convert(text.substring(end + 1).trim(), Duration.class);
        if (failure == null || delay == null) {
            throw new IllegalArgumentException(
                    "'" + text.trim() + "' must be a failure and its base delay, such as http:429=5s");
        }
        return new FailureDelay(failure, delay);
    }

    /**
     * Jitter is written as a mode's name, or as true or false; a budget by its name, the same one for all that name it.
     */
    private static void registerConverters(ConfigurableConversionService registry) {
        SharedBudgets budgets = new SharedBudgets();
        registry.addConverter(String.class, RetryBudget.class, name -> budgets.of(name.trim()));
        registry.addConverter(String.class, FailureDelay.class, text -> failureDelay(text, registry));
        registry.addConverter(Boolean.class, Jitter.class, on -> on ? Jitter.EQUAL : Jitter.NONE);
        registry.addConverter(String.class, Jitter.class, text -> switch (text.trim()
                .toLowerCase(Locale.ROOT)) {
            case "true" -> Jitter.EQUAL;
            case "false" -> Jitter.NONE;
            default -> Jitter.valueOf(text.trim().toUpperCase(Locale.ROOT));
        });
    }
}
