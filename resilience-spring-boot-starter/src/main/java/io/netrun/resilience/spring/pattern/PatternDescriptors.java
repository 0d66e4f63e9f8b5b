package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.annotation.AttemptTimeout;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All patterns, in the default order of a pipeline, outermost first. */
public final class PatternDescriptors {

    private static final List<PatternDescriptor<?, ?>> ALL = List.of(
            FallbackPattern.DESCRIPTOR,
            TimeoutPattern.DESCRIPTOR,
            BulkheadPattern.DESCRIPTOR,
            RateLimiterPattern.DESCRIPTOR,
            RetryPattern.DESCRIPTOR,
            HedgePattern.DESCRIPTOR,
            CircuitBreakerPattern.DESCRIPTOR);

    private static final Map<String, PatternDescriptor<?, ?>> BY_KEY =
            ALL.stream().collect(Collectors.toUnmodifiableMap(PatternDescriptor::key, Function.identity()));

    /** Innermost, so that the limit covers the dependency and not the waiting. */
    private static final PipelineSlot ATTEMPT_TIMEOUT =
            new PipelineSlot("attempt-timeout", TimeoutPattern.DESCRIPTOR, AttemptTimeout.class, ".attempt");

    private static final List<PipelineSlot> SLOTS = Stream.concat(
                    ALL.stream().map(PipelineSlot::of), Stream.of(ATTEMPT_TIMEOUT))
            .toList();

    private PatternDescriptors() {}

    /** All patterns, outermost first. */
    public static List<PatternDescriptor<?, ?>> all() {
        return ALL;
    }

    /** All slots of the chain around a call, outermost first. */
    public static List<PipelineSlot> slots() {
        return SLOTS;
    }

    /** The slots of the chain around the calls of an HTTP client, outermost first. */
    public static List<PipelineSlot> clientSlots() {
        return SLOTS.stream().filter(slot -> !slot.pattern().isForMethodsOnly()).toList();
    }

    /**
     * The slot that an annotation selects.
     *
     * @throws IllegalArgumentException if it is the annotation of no pattern
     */
    public static PipelineSlot slotOf(Class<? extends Annotation> annotation) {
        return SLOTS.stream()
                .filter(slot -> slot.annotation().equals(annotation))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(annotation + " is the annotation of no pattern"));
    }

    /** The pattern that a policy is an instance of; empty for a policy of the user's own. */
    public static Optional<PatternDescriptor<?, ?>> of(Policy policy) {
        return byKey(policy.type().key());
    }

    /**
     * The pattern of a type.
     *
     * @throws IllegalArgumentException if it is a type of the user's own
     */
    @SuppressWarnings("unchecked") // a pattern has the type that it was made of
    public static <P extends Policy, C extends Record> PatternDescriptor<P, C> of(PolicyType<P, C> type) {
        return (PatternDescriptor<P, C>) byKey(type.key())
                .filter(pattern -> pattern.type().equals(type))
                .orElseThrow(() -> new IllegalArgumentException("There is no pattern of type " + type));
    }

    /** The pattern of a type, if its instances have the pattern's configuration. */
    @SuppressWarnings("unchecked") // the classes of the configurations are the same
    public static <C extends Record> Optional<PatternDescriptor<?, C>> withConfigurationOf(PolicyType<?, C> type) {
        return byKey(type.key())
                .filter(pattern ->
                        pattern.type().defaults().getClass() == type.defaults().getClass())
                .map(pattern -> (PatternDescriptor<?, C>) pattern);
    }

    /** The pattern of that key, such as {@code circuit-breaker}. */
    public static Optional<PatternDescriptor<?, ?>> byKey(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }
}
