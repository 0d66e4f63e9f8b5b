package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.netrun.resilience.spring.pattern.MeterSpec;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one application context in a meter registry, which other contexts may use too. Meters of the same
 * identifier belong to the context that registered them first, and only that context removes them. Thread-safe.
 */
public final class OwnedMeters {

    private static final Logger log = LoggerFactory.getLogger(ResilienceMeters.class);

    private final MeterRegistry meters;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final Map<MeterSpec<?>, String> descriptions = new ConcurrentHashMap<>();

    /**
     * The descriptions of this object's meters, compared by identity: a meter registry returns the meter that is
     * already there under an identifier, and only its description shows whose it is.
     */
    private final Set<@Nullable String> ownDescriptions =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    /** Registers nothing yet. */
    public OwnedMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * Registers a meter.
     *
     * @param spec the meter; its own tags are added
     * @param tags further tags
     * @param source what the value is read from; referenced weakly
     * @return the meter; empty if another application context has one of the same identifier
     */
    public <T> Optional<Meter> register(MeterSpec<T> spec, Tags tags, T source) {
        return register(spec, tags, source, spec.value());
    }

    /** Registers a meter as above, whose value is read in another way than the specification's. */
    <T> Optional<Meter> register(MeterSpec<?> spec, Tags tags, T source, ToDoubleFunction<T> value) {
        String description = descriptions.computeIfAbsent(spec, this::ownDescription);
        Meter present = registered(spec, description, tags, source, value);
        boolean isOwn = !isForeign(present);
        if (isOwn && CompositeMembers.holding(meters, present, this::isForeign).isEmpty()) {
            return Optional.of(present);
        }
        if (warned.compareAndSet(false, true)) {
            String instance = present.getId().getTag("name");
            log.warn(
                    "The meter registry already has meters of another application context, such as {}{}."
                            + " Instances of the same names have no meters in this context."
                            + " Use a meter registry for each context, or different names.",
                    present.getId().getName(),
                    instance == null ? "" : " of '" + instance + "'");
        }
        return isOwn ? Optional.of(present) : Optional.empty();
    }

    /** Removes a meter, except from registries of a composite where another application context has it. */
    public void remove(Meter meter) {
        List<MeterRegistry> others = CompositeMembers.holding(meters, meter, this::isForeign);
        if (others.isEmpty()) {
            meters.remove(meter);
        } else {
            CompositeMembers.removeFrom(meters, meter, found -> !isForeign(found));
        }
    }

    /** Whether a meter of the same identifier belongs to another application context. */
    private boolean isForeign(Meter found) {
        return !ownDescriptions.contains(found.getId().getDescription());
    }

    private String ownDescription(MeterSpec<?> spec) {
        String own = new String(spec.description());
        ownDescriptions.add(own);
        return own;
    }

    private <T> Meter registered(
            MeterSpec<?> spec, String description, Tags further, T source, ToDoubleFunction<T> value) {
        Tags tags = further;
        for (var tag : spec.tags().entrySet()) {
            tags = tags.and(tag.getKey(), tag.getValue());
        }
        String name = spec.fullName();
        return switch (spec.kind()) {
            case GAUGE ->
                Gauge.builder(name, source, value)
                        .description(description)
                        .baseUnit(spec.unit())
                        .tags(tags)
                        .register(meters);
            case COUNTER ->
                FunctionCounter.builder(name, source, value)
                        .description(description)
                        .baseUnit(spec.unit())
                        .tags(tags)
                        .register(meters);
            case TIMER ->
                FunctionTimer.builder(
                                name, source, each -> (long) value.applyAsDouble(each), each -> 0, TimeUnit.SECONDS)
                        .description(description)
                        .tags(tags)
                        .register(meters);
        };
    }
}
