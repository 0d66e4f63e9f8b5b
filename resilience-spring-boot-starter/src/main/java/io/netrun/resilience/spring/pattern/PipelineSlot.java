package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A place in the chain around a call. A pattern has one; the timeout has two, one around all attempts and one around
 * each.
 *
 * @param key name in {@code resilience.order}, such as {@code circuit-breaker}
 * @param pattern what stands there
 * @param annotation what asks for it at a method
 * @param suffix what the name of an instance ends with that is named after its method
 */
public record PipelineSlot(
        String key, PatternDescriptor<?, ?> pattern, Class<? extends Annotation> annotation, String suffix) {

    static PipelineSlot of(PatternDescriptor<?, ?> pattern) {
        return new PipelineSlot(pattern.key(), pattern, pattern.annotation(), "");
    }

    /** The annotation for people: {@code @CircuitBreaker}. */
    public String title() {
        return "@" + annotation.getSimpleName();
    }

    /** What those places have in common that lead to the same instance; empty if no two do. */
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
