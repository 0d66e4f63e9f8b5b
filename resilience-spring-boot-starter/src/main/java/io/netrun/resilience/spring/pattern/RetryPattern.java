package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryEvent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.core.convert.converter.ConverterRegistry;

/** The descriptor of retries. */
final class RetryPattern {

    private static final String CALLS = "retry.calls";
    private static final String CALLS_HELP = "Calls whose first attempt failed, by outcome";

    static final PatternDescriptor<Retry, RetryConfig> DESCRIPTOR = PatternDescriptor.of(
                    Retry.TYPE, io.netrun.resilience.annotation.Retry.class, "retries")
            .repeatsCalls()
            .callCounts("Retries", "totalRetries")
            .meters(meters())
            .applicationEvents(List.of(RetryEvent.Retrying.class, RetryEvent.Denied.class, RetryEvent.Exhausted.class))
            .converters(RetryPattern::registerConverters)
            .waits(RetryPattern::waits)
            .longestDurations(RetryPattern::longestDurations)
            .onRetry(
                    (retry, listener) -> retry.on(RetryEvent.Retrying.class, event -> listener.accept(event.failure())))
            .build();

    private RetryPattern() {}

    private static Stream<NamedDuration> waits(Retry retry) {
        RetryConfig config = retry.config();
        return Stream.concat(
                NamedDuration.of("max-duration", config.maxDuration()),
                NamedDuration.of(
                        "the waits between " + config.maxAttempts() + " attempts",
                        config.maxTotalDelay().orElse(null)));
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
                        CALLS, CALLS_HELP, "cancelled", r -> r.metrics().totalCancelled()));
    }

    private static double budgetAvailable(Retry retry) {
        RetryBudget budget = retry.config().budget();
        return budget == null ? Double.NaN : budget.available();
    }

    /**
     * Jitter is written as a mode's name, or as true or false; a budget by its name, the same one for all that name it.
     */
    private static void registerConverters(ConverterRegistry registry) {
        SharedBudgets budgets = new SharedBudgets();
        registry.addConverter(String.class, RetryBudget.class, name -> budgets.of(name.trim()));
        registry.addConverter(Boolean.class, Jitter.class, on -> on ? Jitter.EQUAL : Jitter.NONE);
        registry.addConverter(String.class, Jitter.class, text -> switch (text.trim()
                .toLowerCase(Locale.ROOT)) {
            case "true" -> Jitter.EQUAL;
            case "false" -> Jitter.NONE;
            default -> Jitter.valueOf(text.trim().toUpperCase(Locale.ROOT));
        });
    }
}
