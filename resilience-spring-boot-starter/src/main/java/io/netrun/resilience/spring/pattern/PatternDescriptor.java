package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.convert.converter.ConverterRegistry;

/**
 * Describes one pattern to the starter. The code for annotations, settings, endpoint, meters and events is the same for
 * every pattern and depends on this descriptor alone.
 *
 * @param <P> the policy
 * @param <C> its configuration
 */
public final class PatternDescriptor<P extends Policy, C extends Record> {

    private final PolicyType<P, C> type;
    private final Class<? extends Annotation> annotation;
    private final String section;
    private final Set<String> settings;
    private final boolean repeatsCalls;
    private final boolean movesCalls;
    private final List<MeterSpec<P>> measures;
    private final Map<String, Consumer<P>> actions;
    private final List<Class<? extends ResilienceEvent>> applicationEvents;
    private final List<Class<? extends ResilienceEvent>> frequentEvents;
    private final Consumer<ConverterRegistry> converters;
    private final Function<P, Stream<NamedDuration>> limit;
    private final Function<P, Stream<NamedDuration>> waits;
    private final BiFunction<P, Duration, Stream<NamedDuration>> attempts;
    private final Function<P, Stream<NamedDuration>> windows;
    private final Function<P, Optional<String>> syncSetting;
    private final Function<P, Map<String, List<? extends Record>>> details;
    private final List<Class<? extends Record>> detailTypes;
    private final List<Option<?>> options;
    private final Predicate<P> down;
    private final BiFunction<P, Consumer<Throwable>, Subscription> repeats;
    private final Set<String> derived;
    private final Function<List<Map<String, Object>>, Map<String, Derived>> derivation;

    private PatternDescriptor(Builder<P, C> builder) {
        this.type = builder.type;
        this.annotation = builder.annotation;
        this.section = builder.section;
        this.settings = Arrays.stream(type.defaults().getClass().getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
        this.repeatsCalls = builder.repeatsCalls;
        this.movesCalls = builder.movesCalls;
        this.measures = Stream.concat(
                        Stream.of(MeterSpec.<P>gauge(
                                        "enabled",
                                        "1 while the instance protects, 0 while it is switched off",
                                        policy -> policy.isEnabled() ? 1 : 0)
                                .tagged("pattern", builder.type.key())),
                        builder.measures.stream())
                .toList();
        this.actions = builder.actions;
        this.applicationEvents = builder.applicationEvents;
        this.frequentEvents = builder.frequentEvents;
        this.converters = builder.converters;
        this.limit = builder.limit;
        this.waits = builder.waits;
        this.attempts = builder.attempts;
        this.windows = builder.windows;
        this.syncSetting = builder.syncSetting;
        this.details = builder.details;
        this.detailTypes = builder.detailTypes;
        this.options = builder.options;
        this.down = builder.down;
        this.repeats = builder.repeats;
        this.derived = builder.derived;
        this.derivation = builder.derivation;
    }

    static <P extends Policy, C extends Record> Builder<P, C> of(
            PolicyType<P, C> type, Class<? extends Annotation> annotation, String section) {
        return new Builder<>(type, annotation, section);
    }

    /** The pattern in the core. */
    public PolicyType<P, C> type() {
        return type;
    }

    /** Name in the configuration and in the endpoint's paths, such as {@code circuit-breaker}. */
    public String key() {
        return type.key();
    }

    /** Display name, such as {@code CircuitBreaker}. */
    public String title() {
        return type.policyClass().getSimpleName();
    }

    /** Whether an attribute of the annotation is a setting of the instance; otherwise it belongs to the method. */
    public boolean isSetting(String attribute) {
        return settings.contains(attribute);
    }

    /** The annotation of this pattern; see {@link PipelineSlot} for patterns with several. */
    public Class<? extends Annotation> annotation() {
        return annotation;
    }

    /** Name of its section in the endpoint's answer, such as {@code circuitBreakers}. */
    public String section() {
        return section;
    }

    /** Whether it may execute a call more than once, so that each attempt needs an invocation of its own. */
    public boolean repeatsCalls() {
        return repeatsCalls;
    }

    /** Whether it may execute a plain call on another thread than the caller's. */
    public boolean movesCalls() {
        return movesCalls;
    }

    /** The meters of every instance. */
    public List<MeterSpec<P>> measures() {
        return measures;
    }

    /** The actions that an operator can perform on an instance, by their names in a POST to the endpoint. */
    public Map<String, Consumer<P>> actions() {
        return actions;
    }

    /** The events that are published as application events. */
    public List<Class<? extends ResilienceEvent>> applicationEvents() {
        return applicationEvents;
    }

    /**
     * The events that may occur with every call; a few are kept for the endpoint, and none is published as an
     * application event.
     */
    public List<Class<? extends ResilienceEvent>> frequentEvents() {
        return frequentEvents;
    }

    /** The time limit that an instance sets for a call; empty if it sets none. */
    public Optional<Duration> limit(Policy instance) {
        return limit.apply(type.policyClass().cast(instance))
                .map(NamedDuration::duration)
                .findFirst();
    }

    /** How long an instance may delay a call by its settings. */
    public List<NamedDuration> waits(Policy instance) {
        return waits.apply(type.policyClass().cast(instance)).toList();
    }

    /** The longest duration of a call through an instance if each attempt takes at most the given time. */
    public List<NamedDuration> attempts(Policy instance, Duration each) {
        return attempts.apply(type.policyClass().cast(instance), each).toList();
    }

    /** The time spans over which an instance records calls. */
    public List<NamedDuration> windows(Policy instance) {
        return windows.apply(type.policyClass().cast(instance)).toList();
    }

    /** The setting of an instance, by its Java name, that applies to sync calls only. */
    public Optional<String> syncSetting(Policy instance) {
        return syncSetting.apply(type.policyClass().cast(instance));
    }

    /** The details that the endpoint shows for one instance of this pattern: lists of records, by name. */
    public Map<String, List<? extends Record>> details(Policy instance) {
        return details.apply(type.policyClass().cast(instance));
    }

    /** The records that are read by reflection, besides the configuration: metrics, events and details. */
    public List<Class<?>> shownRecords() {
        try {
            Class<?> metrics = type.policyClass().getMethod("metrics").getReturnType();
            return Stream.<Stream<? extends Class<?>>>of(
                            Stream.of(metrics),
                            applicationEvents.stream(),
                            frequentEvents.stream(),
                            detailTypes.stream())
                    .<Class<?>>flatMap(types -> types)
                    .toList();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The options that the configuration has for an instance in addition to its settings. */
    public List<Option<?>> options() {
        return options;
    }

    /** Whether an instance rejects calls that it would admit when healthy. */
    public boolean isDown(P policy) {
        return down.test(policy);
    }

    /** Calls a listener with every failure after which an instance makes another attempt, before the delay. */
    public Subscription onRepeat(Policy instance, Consumer<Throwable> listener) {
        return repeats.apply(type.policyClass().cast(instance), listener);
    }

    /** The settings that may follow from others, by Java name. */
    public Set<String> derived() {
        return derived;
    }

    /**
     * The settings that follow from others.
     *
     * @param levels settings by their Java names, the level that wins first
     * @return what follows, by Java name; nothing for a setting that is set
     * @throws io.netrun.resilience.InvalidSettingException if settings conflict
     */
    public Map<String, Derived> derive(List<Map<String, Object>> levels) {
        return derivation.apply(levels);
    }

    /** Registers converters for this pattern's settings, where Spring has none. */
    public void registerConverters(ConverterRegistry registry) {
        converters.accept(registry);
    }

    @Override
    public String toString() {
        return key();
    }

    static final class Builder<P extends Policy, C extends Record> {

        private final PolicyType<P, C> type;
        private final Class<? extends Annotation> annotation;
        private final String section;
        private boolean repeatsCalls;
        private boolean movesCalls;
        private List<MeterSpec<P>> measures = List.of();
        private Map<String, Consumer<P>> actions = Map.of();
        private List<Class<? extends ResilienceEvent>> applicationEvents = List.of();
        private List<Class<? extends ResilienceEvent>> frequentEvents = List.of();
        private Consumer<ConverterRegistry> converters = registry -> {};
        private Function<P, Stream<NamedDuration>> limit = instance -> Stream.empty();
        private Function<P, Stream<NamedDuration>> waits = instance -> Stream.empty();
        private BiFunction<P, Duration, Stream<NamedDuration>> attempts = (instance, each) -> Stream.empty();
        private Function<P, Stream<NamedDuration>> windows = instance -> Stream.empty();
        private Function<P, Optional<String>> syncSetting = instance -> Optional.empty();
        private Function<P, Map<String, List<? extends Record>>> details = instance -> Map.of();
        private List<Class<? extends Record>> detailTypes = List.of();
        private List<Option<?>> options = List.of(Option.ENABLED);
        private Predicate<P> down = policy -> false;
        private BiFunction<P, Consumer<Throwable>, Subscription> repeats = (instance, listener) -> () -> {};
        private Set<String> derived = Set.of();
        private Function<List<Map<String, Object>>, Map<String, Derived>> derivation = levels -> Map.of();

        private Builder(PolicyType<P, C> type, Class<? extends Annotation> annotation, String section) {
            this.type = Objects.requireNonNull(type, "type");
            this.annotation = Objects.requireNonNull(annotation, "annotation");
            this.section = Objects.requireNonNull(section, "section");
        }

        Builder<P, C> repeatsCalls() {
            this.repeatsCalls = true;
            return this;
        }

        Builder<P, C> movesCalls() {
            this.movesCalls = true;
            return this;
        }

        Builder<P, C> measures(List<MeterSpec<P>> measures) {
            this.measures = List.copyOf(measures);
            return this;
        }

        Builder<P, C> actions(Map<String, Consumer<P>> actions) {
            this.actions = actions;
            return this;
        }

        Builder<P, C> applicationEvents(List<Class<? extends ResilienceEvent>> events) {
            this.applicationEvents = List.copyOf(events);
            return this;
        }

        Builder<P, C> frequentEvents(List<Class<? extends ResilienceEvent>> events) {
            this.frequentEvents = List.copyOf(events);
            return this;
        }

        Builder<P, C> converters(Consumer<ConverterRegistry> converters) {
            this.converters = converters;
            return this;
        }

        Builder<P, C> limit(Function<P, Stream<NamedDuration>> limit) {
            this.limit = limit;
            return this;
        }

        Builder<P, C> waits(Function<P, Stream<NamedDuration>> waits) {
            this.waits = waits;
            return this;
        }

        Builder<P, C> attempts(BiFunction<P, Duration, Stream<NamedDuration>> attempts) {
            this.attempts = attempts;
            return this;
        }

        Builder<P, C> windows(Function<P, Stream<NamedDuration>> windows) {
            this.windows = windows;
            return this;
        }

        /** Declares a setting that affects sync calls only, and whether an instance has it set. */
        Builder<P, C> syncSetting(String setting, Predicate<P> asks) {
            this.syncSetting = instance -> asks.test(instance) ? Optional.of(setting) : Optional.empty();
            return this;
        }

        <R extends Record> Builder<P, C> details(String name, Class<R> recordClass, Function<P, List<R>> records) {
            this.details = policy -> Map.of(name, records.apply(policy));
            this.detailTypes = List.of(recordClass);
            return this;
        }

        /** Declares that instances can be down and can contribute to the application's health. */
        Builder<P, C> canBeDown(Predicate<P> down) {
            this.options = List.of(Option.ENABLED, Option.HEALTH);
            this.down = down;
            return this;
        }

        Builder<P, C> onRepeat(BiFunction<P, Consumer<Throwable>, Subscription> repeats) {
            this.repeats = repeats;
            return this;
        }

        Builder<P, C> derives(String setting, Function<List<Map<String, Object>>, Map<String, Derived>> derivation) {
            this.derived = Set.of(setting);
            this.derivation = derivation;
            return this;
        }

        PatternDescriptor<P, C> build() {
            return new PatternDescriptor<>(this);
        }
    }
}
