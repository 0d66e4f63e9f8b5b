package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The registries behind a composite one, such as that of Spring Boot for several registries. A meter of a composite has
 * a counterpart in each of them, unless another composite has registered it there first.
 */
final class CompositeMembers {

    private CompositeMembers() {}

    /** The registries behind a composite whose counterpart of a meter matches; none for a plain registry. */
    static List<MeterRegistry> holding(MeterRegistry meters, Meter meter, Predicate<Meter> condition) {
        return meters instanceof CompositeMeterRegistry composite
                ? leaves(composite)
                        .filter(leaf -> counterparts(leaf, meter).anyMatch(condition))
                        .toList()
                : List.of();
    }

    /** Removes the matching counterparts of a meter from the registries behind a composite. */
    static void removeFrom(MeterRegistry meters, Meter meter, Predicate<Meter> condition) {
        holding(meters, meter, condition)
                .forEach(leaf ->
                        counterparts(leaf, meter).filter(condition).toList().forEach(leaf::remove));
    }

    private static Stream<MeterRegistry> leaves(CompositeMeterRegistry composite) {
        return composite.getRegistries().stream()
                .flatMap(member -> member instanceof CompositeMeterRegistry inner ? leaves(inner) : Stream.of(member));
    }

    /** A registry may add tags of its own. */
    private static Stream<Meter> counterparts(MeterRegistry leaf, Meter meter) {
        return leaf.find(meter.getId().getName()).tags(meter.getId().getTags()).meters().stream();
    }
}
