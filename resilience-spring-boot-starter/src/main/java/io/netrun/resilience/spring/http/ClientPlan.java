package io.netrun.resilience.spring.http;

import io.netrun.resilience.Pipeline;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * The protection of one client's calls. Immutable.
 *
 * @param repeating the pipeline for requests that may be sent more than once
 * @param single the pipeline for all other requests: the same without the policies that repeat calls
 * @param statuses the statuses that count as failures
 * @param retryMethods the methods of requests that may be sent more than once
 */
record ClientPlan(Pipeline repeating, Pipeline single, FailureStatuses statuses, Set<HttpMethod> retryMethods) {

    /** No protection. */
    static final ClientPlan NONE = new ClientPlan(Pipeline.of(), Pipeline.of(), FailureStatuses.NONE, Set.of());

    Pipeline pipeline(HttpMethod method) {
        return retryMethods.contains(method) ? repeating : single;
    }

    /** Whether a request with this method may be sent more than once, and a policy could do so. */
    boolean repeats(HttpMethod method) {
        return retryMethods.contains(method)
                && repeating.policies().size() > single.policies().size();
    }
}
