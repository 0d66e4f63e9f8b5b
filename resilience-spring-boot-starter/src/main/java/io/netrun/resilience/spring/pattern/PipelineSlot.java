package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A slot in the chain around a call. A pattern has one; the timeout has two, one around all attempts and one around
 * each.
 *
 * @param key name in {@code resilience.order}, such as {@code circuit-breaker}
 * @param pattern the pattern in this slot
 * @param annotation the annotation that applies it to a method
 * @param suffix the suffix of the name of an instance that is named after its method
 */
public record PipelineSlot(
        String key, PatternDescriptor<?, ?> pattern, Class<? extends Annotation> annotation, String suffix) {

    static PipelineSlot of(PatternDescriptor<?, ?> pattern) {
        return new PipelineSlot(pattern.key(), pattern, pattern.annotation(), "");
    }

    /** The annotation in messages: {@code @CircuitBreaker}. */
    public String title() {
        return "@" + annotation.getSimpleName();
    }

    /** Describes slots that lead to the same instance; empty if there are none. */
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
