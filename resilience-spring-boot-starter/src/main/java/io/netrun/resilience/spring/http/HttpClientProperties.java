package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client, under {@code resilience.http-clients.<name>} or in code.
 *
 * @param instances the names of the instances around its calls, by the keys of their slots; null and absent for none
 * @param failureStatuses statuses that count as failures, as classes ({@code 5xx}) and codes ({@code 429}), or
 *     {@code none}; null for {@code 5xx, 429}
 * @param retryMethods the methods whose requests may be sent more than once, or {@code none}; null for all but POST and
 *     PATCH, and for all if every request is idempotent
 * @param idempotent whether every request may be sent twice at once, whatever its method; null for false
 */
record HttpClientProperties(
        Map<String, @Nullable String> instances,
        @Nullable List<String> failureStatuses,
        @Nullable List<String> retryMethods,
        @Nullable Boolean idempotent) {

    static final String FAILURE_STATUSES = "failure-statuses";
    static final String RETRY_METHODS = "retry-methods";
    static final String IDEMPOTENT = "idempotent";

    /** The keys under which an instance is named: every slot that a client can use. */
    static final List<String> INSTANCE_KEYS =
            PatternDescriptors.clientSlots().stream().map(PipelineSlot::key).toList();

    /** All keys. */
    static final List<String> KEYS = Stream.concat(
                    INSTANCE_KEYS.stream(), Stream.of(FAILURE_STATUSES, RETRY_METHODS, IDEMPOTENT))
            .toList();
}
