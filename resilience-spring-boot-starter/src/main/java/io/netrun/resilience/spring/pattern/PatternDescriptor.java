package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.ConfigurableConversionService;
import org.springframework.util.function.SingletonSupplier;

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
    private final boolean repeatsRunningCalls;
    private final @Nullable BiFunction<C, BooleanSupplier, C> mayChangeThread;
    private final boolean forMethodsOnly;
    private final boolean replacesFailures;
    private final CallCounts callCounts;
    private final SingletonSupplier<List<MeterSpec<P>>> meters;
    private final Map<String, Consumer<P>> actions;
    private final Set<String> oneNodeActions;
    private final List<Class<? extends ResilienceEvent>> applicationEvents;
    private final List<Class<? extends ResilienceEvent>> frequentEvents;
    private final Consumer<ConfigurableConversionService> converters;
    private final List<CodeSetting<?>> code;
    private final Function<P, Stream<NamedDuration>> limit;
    private final Function<P, Stream<NamedDuration>> waits;
    private final BiFunction<P, Duration, Stream<NamedDuration>> longestDurations;
    private final Function<P, Stream<NamedDuration>> windows;
    private final Function<P, Stream<String>> conflicts;
    private final ToIntFunction<P> attempts;
    private final Function<P, Map<String, String>> capped;
    private final Function<P, Stream<NamedDuration>> thresholds;
    private final Function<P, Optional<String>> syncSetting;
    private final Function<P, Optional<String>> opensAt;
    private final Function<P, OptionalInt> failureThreshold;
    private final Function<P, Optional<String>> fleetSetting;
    private final Function<P, Duration> latestWait;
    private final Function<P, Map<String, List<? extends Record>>> details;
    private final List<Class<? extends Record>> detailTypes;
    private final List<Option<?>> options;
    private final Predicate<P> rejecting;
    private final @Nullable Function<P, PolicyMode> mode;
    private final BiFunction<P, Consumer<Throwable>, Subscription> retries;
    private final Set<String> derived;
    private final Function<List<Map<String, Object>>, Map<String, Derived>> derivation;

    PatternDescriptor(PatternDescriptorBuilder<P, C> builder) {
        this.type = builder.type;
        this.annotation = builder.annotation;
        this.section = builder.section;
        this.settings = Arrays.stream(type.defaults().getClass().getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
        this.repeatsCalls = builder.repeatsCalls;
        this.repeatsRunningCalls = builder.repeatsRunningCalls;
        this.mayChangeThread = builder.mayChangeThread;
        this.forMethodsOnly = builder.forMethodsOnly;
        this.replacesFailures = builder.replacesFailures;
        this.callCounts = builder.callCounts;
        this.meters = SingletonSupplier.of(() -> meters(builder)); // many functions, which a start need not link
        this.mode = builder.mode;
        this.actions = builder.actions;
        this.oneNodeActions = builder.oneNodeActions;
        this.applicationEvents = builder.applicationEvents;
        this.frequentEvents = builder.frequentEvents;
        this.converters = builder.converters;
        this.code = builder.code;
        this.limit = builder.limit;
        this.waits = builder.waits;
        this.longestDurations = builder.longestDurations;
        this.windows = builder.windows;
        this.conflicts = builder.conflicts;
        this.attempts = builder.attempts;
        this.capped = builder.capped;
        this.thresholds = builder.thresholds;
        this.syncSetting = builder.syncSetting;
        this.opensAt = builder.opensAt;
        this.failureThreshold = builder.failureThreshold;
        this.fleetSetting = builder.fleetSetting;
        this.latestWait = builder.latestWait;
        this.details = builder.details;
        this.detailTypes = builder.detailTypes;
        this.options = builder.options;
        this.rejecting = builder.rejecting;
        this.retries = builder.retries;
        this.derived = builder.derived;
        this.derivation = builder.derivation;
    }

    private static <P extends Policy> List<MeterSpec<P>> meters(PatternDescriptorBuilder<P, ?> builder) {
        List<MeterSpec<P>> meters = new ArrayList<>();
        meters.add(MeterSpec.<P>gauge(
                        "enabled",
                        "1 while the instance protects, 0 while it is switched off",
                        policy -> policy.isEnabled() ? 1 : 0)
                .tagged("pattern", builder.type.key()));
        if (builder.mode != null) {
            meters.add(Observing.gauge(builder.type.key(), builder.mode));
        }
        meters.addAll(builder.meters.get());
        return List.copyOf(meters);
    }

    static <P extends Policy, C extends Record> PatternDescriptorBuilder<P, C> of(
            PolicyType<P, C> type, Class<? extends Annotation> annotation, String section) {
        return new PatternDescriptorBuilder<>(type, annotation, section);
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

    /** Whether it may execute a call once more while the first attempt still runs, so that both may have effects. */
    public boolean repeatsRunningCalls() {
        return repeatsRunningCalls;
    }

    /** Whether it may execute a plain call on another thread than the caller's. */
    public boolean mayChangeThread() {
        return mayChangeThread != null;
    }

    /**
     * The configuration of an instance that keeps plain calls on the caller's thread while something is bound to it.
     *
     * @param bound whether something is bound to the calling thread
     * @return unchanged if this pattern never moves calls
     */
    public C keepOnThread(C config, BooleanSupplier bound) {
        return mayChangeThread == null ? config : mayChangeThread.apply(config, bound);
    }

    /** Whether instances only make sense around annotated methods, and not around the calls of an HTTP client. */
    public boolean isForMethodsOnly() {
        return forMethodsOnly;
    }

    /** Whether instances replace failures by results, so that callers need not get the failures. */
    public boolean replacesFailures() {
        return replacesFailures;
    }

    /** The metrics that add up to the calls of an instance. */
    public CallCounts callCounts() {
        return callCounts;
    }

    /** The meters of every instance. */
    public List<MeterSpec<P>> meters() {
        return meters.obtain();
    }

    /** The actions that an operator can perform on an instance, by their names in a POST to the endpoint. */
    public Map<String, Consumer<P>> actions() {
        return actions;
    }

    /** Whether an action cannot be for all nodes of a fleet, because nodes that start later would do it as well. */
    public boolean isForOneNode(String action) {
        return oneNodeActions.contains(action);
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

    /** How many attempts an instance makes of a call, at most; 1 for a pattern that repeats nothing. */
    public int attempts(Policy instance) {
        return attempts.applyAsInt(type.policyClass().cast(instance));
    }

    /** The time limit that an instance sets for a call; empty if it sets none. */
    public Optional<Duration> limit(Policy instance) {
        return limit.apply(type.policyClass().cast(instance))
                .map(NamedDuration::duration)
                .findFirst();
    }

    /** How long an instance may delay a call by its settings; the last one is the longest that counts in a sum. */
    public List<NamedDuration> waits(Policy instance) {
        return waits.apply(type.policyClass().cast(instance)).toList();
    }

    /** The longest duration of a call through an instance if each attempt takes at most the given time. */
    public List<NamedDuration> longestDurations(Policy instance, Duration each) {
        return longestDurations.apply(type.policyClass().cast(instance), each).toList();
    }

    /** The time spans over which an instance records calls. */
    public List<NamedDuration> windows(Policy instance) {
        return windows.apply(type.policyClass().cast(instance)).toList();
    }

    /** The durations of an instance that do not fit together, each as a warning with its remedy. */
    public List<String> conflicts(Policy instance) {
        return conflicts.apply(type.policyClass().cast(instance)).toList();
    }

    /**
     * The settings of an instance that are not in force as they are, because another setting is smaller: the name of
     * each with the name of the other, whose value is in force for both.
     */
    public Map<String, String> capped(Policy instance) {
        return capped.apply(type.policyClass().cast(instance));
    }

    /** The durations that a call has to take before an instance reacts to it. */
    public List<NamedDuration> thresholds(Policy instance) {
        return thresholds.apply(type.policyClass().cast(instance)).toList();
    }

    /** The setting of an instance, by its Java name, that applies to sync calls only. */
    public Optional<String> syncSetting(Policy instance) {
        return syncSetting.apply(type.policyClass().cast(instance));
    }

    /** What an instance that lets calls pass waits for before it rejects them, in words; empty for other patterns. */
    public Optional<String> opensAt(Policy instance) {
        return opensAt.apply(type.policyClass().cast(instance));
    }

    /** The failure count from which the circuit of an instance opens; empty if it opens at a share, or has none. */
    public OptionalInt failureThreshold(Policy instance) {
        return failureThreshold.apply(type.policyClass().cast(instance));
    }

    /** The setting of an instance, with its value, that has no effect without a fleet; such as {@code scope: fleet}. */
    public Optional<String> fleetSetting(Policy instance) {
        return fleetSetting.apply(type.policyClass().cast(instance));
    }

    /**
     * The longest wait of a call that an instance admitted since this was asked before; zero if none waited, and where
     * the pattern does not know. For the history alone.
     */
    public Duration takeLongestWait(Policy instance) {
        return latestWait.apply(type.policyClass().cast(instance));
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

    /** Whether the configuration has an option for an instance. */
    public boolean has(Option<?> option) {
        for (Option<?> each : options) {
            if (each.key().equals(option.key())) {
                return true;
            }
        }
        return false;
    }

    /** Whether an instance rejects calls that it would admit when healthy. */
    public boolean isRejecting(P policy) {
        return rejecting.test(policy);
    }

    /** Whether an instance only counts what it would do with its calls. */
    public boolean isObserving(Policy instance) {
        return mode != null && mode.apply(type.policyClass().cast(instance)) == PolicyMode.OBSERVE;
    }

    /** Calls a listener with every failure after which an instance makes another attempt, before the delay. */
    public Subscription onRetry(Policy instance, Consumer<Throwable> listener) {
        return retries.apply(type.policyClass().cast(instance), listener);
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

    /** The types of code that settings of this pattern can name, besides predicates. */
    public List<CodeSetting<?>> code() {
        return code;
    }

    /** Registers converters for this pattern's settings, where Spring has none. */
    public void registerConverters(ConfigurableConversionService registry) {
        converters.accept(registry);
    }

    @Override
    public String toString() {
        return key();
    }
}
