package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The meters of mode {@link PolicyMode#OBSERVE}. */
final class Observing {

    private Observing() {}

    /**
     * Counts the calls that an instance let pass.
     *
     * @param prefix the prefix of the pattern's meters
     * @param outcome what would have happened to them
     */
    static <P extends Policy> MeterSpec<P> counter(String prefix, String outcome, ToDoubleFunction<P> value) {
        return MeterSpec.counter(
                prefix + ".observed",
                "Calls that mode observe let pass, by the outcome that they would have had",
                outcome,
                value);
    }

    /** Shows that an instance only observes. */
    static <P extends Policy> MeterSpec<P> gauge(String pattern, Function<P, PolicyMode> mode) {
        return MeterSpec.<P>gauge(
                        "observing",
                        "1 while the instance only counts what it would do, 0 otherwise",
                        policy -> mode.apply(policy) == PolicyMode.OBSERVE ? 1 : 0)
                .tagged("pattern", pattern);
    }
}
