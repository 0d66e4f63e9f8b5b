package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pattern's position in the chain around a call. Each pattern has one; the timeout has two, one around all attempts
 * and one around each attempt.
 *
 * @param key name in {@code resilience.order}, such as {@code circuit-breaker}
 * @param pattern the pattern of this slot
 * @param annotation the annotation that selects it for a method
 * @param suffix the suffix of an instance that is named after its method
 */
public record PipelineSlot(
        String key, PatternDescriptor<?, ?> pattern, Class<? extends Annotation> annotation, String suffix) {

    static PipelineSlot of(PatternDescriptor<?, ?> pattern) {
        return new PipelineSlot(pattern.key(), pattern, pattern.annotation(), "");
    }

    /** The annotation's display name: {@code @CircuitBreaker}. */
    public String title() {
        return "@" + annotation.getSimpleName();
    }

    /** A description of two slots that use the same instance; empty if no two do. */
    public static String sharedInstance(Map<PipelineSlot, ? extends Policy> chain) {
        Map<Policy, PipelineSlot> first = new HashMap<>();
        for (Map.Entry<PipelineSlot, ? extends Policy> link : chain.entrySet()) {
            PipelineSlot other = first.putIfAbsent(link.getValue(), link.getKey());
            if (other != null) {
                return String.join(" and ", List.of(other.key(), link.getKey().key())) + " are both "
                        + other.pattern().title() + " '" + link.getValue().name() + "'";
            }
        }
        return "";
    }
}
