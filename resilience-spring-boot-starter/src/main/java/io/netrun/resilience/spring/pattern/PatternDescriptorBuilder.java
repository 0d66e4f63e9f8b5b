package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.ConfigurableConversionService;

/** Collects the parts of a {@link PatternDescriptor}; all but those of the constructor are optional. */
final class PatternDescriptorBuilder<P extends Policy, C extends Record> {

    final PolicyType<P, C> type;
    final Class<? extends Annotation> annotation;
    final String section;
    boolean repeatsCalls;
    boolean repeatsRunningCalls;

    @Nullable
    BiFunction<C, BooleanSupplier, C> mayChangeThread;

    boolean forMethodsOnly;
    boolean replacesFailures;
    CallCounts callCounts = CallCounts.NONE;
    Supplier<List<MeterSpec<P>>> meters = List::of;
    Map<String, Consumer<P>> actions = Map.of();
    Set<String> oneNodeActions = Set.of();
    List<Class<? extends ResilienceEvent>> applicationEvents = List.of();
    List<Class<? extends ResilienceEvent>> frequentEvents = List.of();
    Consumer<ConfigurableConversionService> converters = registry -> {};
    List<CodeSetting<?>> code = List.of();
    Function<P, Stream<NamedDuration>> limit = instance -> Stream.empty();
    Function<P, Stream<NamedDuration>> waits = instance -> Stream.empty();
    BiFunction<P, Duration, Stream<NamedDuration>> longestDurations = (instance, each) -> Stream.empty();
    Function<P, Stream<NamedDuration>> windows = instance -> Stream.empty();
    Function<P, Stream<String>> conflicts = instance -> Stream.empty();
    ToIntFunction<P> attempts = instance -> 1;
    Function<P, Map<String, String>> capped = instance -> Map.of();
    Function<P, Stream<NamedDuration>> thresholds = instance -> Stream.empty();
    Function<P, Optional<String>> syncSetting = instance -> Optional.empty();
    Function<P, Optional<String>> opensAt = instance -> Optional.empty();
    Function<P, OptionalInt> failureThreshold = instance -> OptionalInt.empty();
    Function<P, Optional<String>> fleetSetting = instance -> Optional.empty();
    Function<P, Duration> latestWait = instance -> Duration.ZERO;
    Function<P, Map<String, List<? extends Record>>> details = instance -> Map.of();
    List<Class<? extends Record>> detailTypes = List.of();
    List<Option<?>> options = List.of(Option.ENABLED, Option.MAX_KEYS);
    Predicate<P> rejecting = policy -> false;

    @Nullable
    Function<P, PolicyMode> mode;

    BiFunction<P, Consumer<Throwable>, Subscription> retries = (instance, listener) -> () -> {};
    Set<String> derived = Set.of();
    Function<List<Map<String, Object>>, Map<String, Derived>> derivation = levels -> Map.of();

    PatternDescriptorBuilder(PolicyType<P, C> type, Class<? extends Annotation> annotation, String section) {
        this.type = Objects.requireNonNull(type, "type");
        this.annotation = Objects.requireNonNull(annotation, "annotation");
        this.section = Objects.requireNonNull(section, "section");
    }

    PatternDescriptorBuilder<P, C> repeatsCalls() {
        this.repeatsCalls = true;
        return this;
    }

    /** Declares that instances may execute a call once more while it runs. */
    PatternDescriptorBuilder<P, C> repeatsRunningCalls() {
        this.repeatsRunningCalls = true;
        return repeatsCalls();
    }

    /**
     * Declares that instances may execute plain calls on other threads.
     *
     * @param unless changes a configuration so that calls stay on the caller's thread while a condition holds
     */
    PatternDescriptorBuilder<P, C> mayChangeThread(BiFunction<C, BooleanSupplier, C> unless) {
        this.mayChangeThread = unless;
        return this;
    }

    /** Declares that instances need something of the annotated method, so HTTP clients cannot use them. */
    PatternDescriptorBuilder<P, C> forMethodsOnly() {
        this.forMethodsOnly = true;
        return this;
    }

    /** Declares that instances replace failures by results. */
    PatternDescriptorBuilder<P, C> replacesFailures() {
        this.replacesFailures = true;
        return this;
    }

    /**
     * Declares which metrics add up to the calls of an instance.
     *
     * @param label what they are, such as {@code Calls}
     * @param metrics components of the metrics record
     */
    PatternDescriptorBuilder<P, C> callCounts(String label, String... metrics) {
        this.callCounts = new CallCounts(label, List.of(metrics));
        return this;
    }

    /** Declares the meters, which are created when the first instance of the pattern has some. */
    PatternDescriptorBuilder<P, C> meters(Supplier<List<MeterSpec<P>>> meters) {
        this.meters = meters;
        return this;
    }

    PatternDescriptorBuilder<P, C> actions(Map<String, Consumer<P>> actions) {
        this.actions = actions;
        return this;
    }

    PatternDescriptorBuilder<P, C> oneNodeActions(Set<String> actions) {
        this.oneNodeActions = Set.copyOf(actions);
        return this;
    }

    PatternDescriptorBuilder<P, C> applicationEvents(List<Class<? extends ResilienceEvent>> events) {
        this.applicationEvents = List.copyOf(events);
        return this;
    }

    PatternDescriptorBuilder<P, C> frequentEvents(List<Class<? extends ResilienceEvent>> events) {
        this.frequentEvents = List.copyOf(events);
        return this;
    }

    PatternDescriptorBuilder<P, C> converters(Consumer<ConfigurableConversionService> converters) {
        this.converters = converters;
        return this;
    }

    /** Declares the types of code that settings can name, besides predicates. */
    PatternDescriptorBuilder<P, C> code(CodeSetting<?>... code) {
        this.code = List.of(code);
        return this;
    }

    PatternDescriptorBuilder<P, C> limit(Function<P, Stream<NamedDuration>> limit) {
        this.limit = limit;
        return this;
    }

    PatternDescriptorBuilder<P, C> waits(Function<P, Stream<NamedDuration>> waits) {
        this.waits = waits;
        return this;
    }

    PatternDescriptorBuilder<P, C> longestDurations(BiFunction<P, Duration, Stream<NamedDuration>> longestDurations) {
        this.longestDurations = longestDurations;
        return this;
    }

    PatternDescriptorBuilder<P, C> windows(Function<P, Stream<NamedDuration>> windows) {
        this.windows = windows;
        return this;
    }

    /** Declares durations of one instance that do not fit together, each as a warning with its remedy. */
    PatternDescriptorBuilder<P, C> conflicts(Function<P, Stream<String>> conflicts) {
        this.conflicts = conflicts;
        return this;
    }

    /** Declares how many attempts an instance makes of a call, at most. */
    PatternDescriptorBuilder<P, C> attempts(ToIntFunction<P> attempts) {
        this.attempts = attempts;
        return this;
    }

    /** Declares settings of an instance that another one caps, each with the other. */
    PatternDescriptorBuilder<P, C> capped(Function<P, Map<String, String>> capped) {
        this.capped = capped;
        return this;
    }

    /** Declares durations that a call has to take before an instance reacts. */
    PatternDescriptorBuilder<P, C> thresholds(Function<P, Stream<NamedDuration>> thresholds) {
        this.thresholds = thresholds;
        return this;
    }

    /** Declares from which failure count the circuit opens; empty if it opens at a share of failures. */
    PatternDescriptorBuilder<P, C> failureThreshold(Function<P, OptionalInt> failureThreshold) {
        this.failureThreshold = failureThreshold;
        return this;
    }

    /** Declares what an instance that lets calls pass waits for before it rejects them, in words. */
    PatternDescriptorBuilder<P, C> opensAt(Function<P, String> opensAt) {
        this.opensAt = instance -> Optional.of(opensAt.apply(instance));
        return this;
    }

    /** Declares a setting that affects sync calls only, and whether an instance has it set. */
    PatternDescriptorBuilder<P, C> syncSetting(String setting, Predicate<P> asks) {
        this.syncSetting = instance -> asks.test(instance) ? Optional.of(setting) : Optional.empty();
        return this;
    }

    /** Declares how the longest wait of a call is read that was admitted since it was read before. */
    PatternDescriptorBuilder<P, C> latestWait(Function<P, Duration> latestWait) {
        this.latestWait = latestWait;
        return this;
    }

    /** Declares a setting that needs a fleet, and whether an instance has it set. */
    PatternDescriptorBuilder<P, C> fleetSetting(String setting, Predicate<P> asks) {
        this.fleetSetting = instance -> asks.test(instance) ? Optional.of(setting) : Optional.empty();
        return this;
    }

    <R extends Record> PatternDescriptorBuilder<P, C> details(
            String name, Class<R> recordClass, Function<P, List<R>> records) {
        this.details = policy -> Map.of(name, records.apply(policy));
        this.detailTypes = List.of(recordClass);
        return this;
    }

    /** Declares that instances have a mode. */
    PatternDescriptorBuilder<P, C> mode(Function<P, PolicyMode> mode) {
        this.mode = mode;
        return this;
    }

    /** Declares that annotations cannot request instances by key. */
    PatternDescriptorBuilder<P, C> withoutKeys() {
        this.options = List.of(Option.ENABLED);
        return this;
    }

    /** Declares that instances can be down and can contribute to the application's health. */
    PatternDescriptorBuilder<P, C> canReject(Predicate<P> rejecting) {
        this.options = List.of(Option.ENABLED, Option.MAX_KEYS, Option.HEALTH);
        this.rejecting = rejecting;
        return this;
    }

    PatternDescriptorBuilder<P, C> onRetry(BiFunction<P, Consumer<Throwable>, Subscription> retries) {
        this.retries = retries;
        return this;
    }

    PatternDescriptorBuilder<P, C> derives(
            String setting, Function<List<Map<String, Object>>, Map<String, Derived>> derivation) {
        this.derived = Set.of(setting);
        this.derivation = derivation;
        return this;
    }

    PatternDescriptor<P, C> build() {
        return new PatternDescriptor<>(this);
    }
}
