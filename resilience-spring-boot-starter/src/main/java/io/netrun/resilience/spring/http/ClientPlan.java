package io.netrun.resilience.spring.http;

import io.netrun.resilience.Pipeline;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * How the calls of one client are protected. Immutable.
 *
 * @param repeating for requests that may be made more than once
 * @param single for the others: the same without what makes a call again
 * @param statuses those that count as failures
 * @param retryMethods the methods of requests that may be made more than once
 */
record ClientPlan(Pipeline repeating, Pipeline single, FailureStatuses statuses, Set<HttpMethod> retryMethods) {

    /** Nothing is protected. */
    static final ClientPlan NONE = new ClientPlan(Pipeline.of(), Pipeline.of(), FailureStatuses.NONE, Set.of());

    Pipeline pipeline(HttpMethod method) {
        return retryMethods.contains(method) ? repeating : single;
    }

    /** Whether a request with this method may be made more than once, and something might do so. */
    boolean repeats(HttpMethod method) {
        return retryMethods.contains(method)
                && repeating.policies().size() > single.policies().size();
    }
}
