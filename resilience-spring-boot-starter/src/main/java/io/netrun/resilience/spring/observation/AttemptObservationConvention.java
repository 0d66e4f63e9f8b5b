package io.netrun.resilience.spring.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** The names and key values of attempt observations. A bean of this type replaces the default convention. */
public interface AttemptObservationConvention extends ObservationConvention<AttemptContext> {

    /** The name of the observation, and of its timer. */
    String NAME = "resilience.attempt";

    /** The low-cardinality key of the method. */
    String METHOD = "method";

    @Override
    default String getName() {
        return NAME;
    }

    /** The method without its package and parameters. */
    @Override
    default String getContextualName(AttemptContext context) {
        return shortened(context.method());
    }

    /** The method, so that there are as many values as protected methods. */
    @Override
    default KeyValues getLowCardinalityKeyValues(AttemptContext context) {
        return KeyValues.of(METHOD, shortened(context.method()));
    }

    /** Which attempt it is. */
    @Override
    default KeyValues getHighCardinalityKeyValues(AttemptContext context) {
        return KeyValues.of("attempt", String.valueOf(context.attempt()));
    }

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof AttemptContext;
    }

    private static String shortened(String method) {
        String name = method.substring(0, method.indexOf('('));
        int ofClass = name.lastIndexOf('.', name.lastIndexOf('.') - 1);
        return name.substring(ofClass + 1);
    }
}
