package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.fallback.FallbackEvent;
import io.netrun.resilience.fallback.FallbackHandler;
import io.netrun.resilience.fallback.FallbackValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The descriptor of fallbacks. */
final class FallbackPattern {

    private static final String CALLS = "fallback.calls";
    private static final String CALLS_HELP = "Calls that failed, by outcome";

    /** Every instance delegates to the call itself, which knows its fallback methods. */
    private static final FallbackConfig BY_METHOD = FallbackConfig.builder()
            .handler(new FallbackHandler(Throwable.class, FallbackPattern::recover, false))
            .build();

    static final PatternDescriptor<Fallback, FallbackConfig> DESCRIPTOR = PatternDescriptor.of(
                    new PolicyType<>(Fallback.TYPE.key(), Fallback.class, BY_METHOD, Fallback::of),
                    io.netrun.resilience.annotation.Fallback.class,
                    "fallbacks")
            .forMethodsOnly()
            .replacesFailures()
            .converters(registry -> registry.addConverter(String.class, FallbackValue.class, FallbackValue::of))
            .callCounts("Outcomes", "totalRecovered", "totalFailed", "totalPassed")
            .meters(FallbackPattern::meters)
            .applicationEvents(List.of(FallbackEvent.Recovered.class, FallbackEvent.Failed.class))
            .withoutKeys()
            .build();

    private FallbackPattern() {}

    private static List<MeterSpec<Fallback>> meters() {
        return List.of(
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "recovered", f -> f.metrics().totalRecovered()),
                MeterSpec.counter(CALLS, CALLS_HELP, "failed", f -> f.metrics().totalFailed()),
                MeterSpec.counter(CALLS, CALLS_HELP, "passed", f -> f.metrics().totalPassed()));
    }

    private static @Nullable Object recover(Throwable failure, Object call) throws Throwable {
        if (call instanceof RecoverableCall recoverable) {
            return recoverable.recover(failure);
        }
        throw failure;
    }
}
