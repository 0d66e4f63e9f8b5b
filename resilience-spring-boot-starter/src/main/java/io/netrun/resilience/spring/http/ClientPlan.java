package io.netrun.resilience.spring.http;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.spring.problem.Problem;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * The protection of one client's calls. Immutable.
 *
 * @param repeating the pipeline for requests that may be sent more than once
 * @param single the pipeline for all other requests: the same without the policies that repeat calls
 * @param statuses the statuses that count as failures
 * @param retryMethods the methods of requests that may be sent more than once
 * @param warning the reason why calls are not protected, although protection is switched on
 */
record ClientPlan(
        Pipeline repeating,
        Pipeline single,
        FailureStatuses statuses,
        Set<HttpMethod> retryMethods,
        Optional<Problem> warning) {

    /** No protection. */
    static final ClientPlan NONE =
            new ClientPlan(Pipeline.of(), Pipeline.of(), FailureStatuses.NONE, Set.of(), Optional.empty());

    /** The same plan, where something else has been reported as the reason. */
    ClientPlan withoutWarning() {
        return new ClientPlan(repeating, single, statuses, retryMethods, Optional.empty());
    }

    Pipeline pipeline(HttpMethod method) {
        return retryMethods.contains(method) ? repeating : single;
    }

    /** Whether a request with this method may be sent more than once, and a policy could do so. */
    boolean repeats(HttpMethod method) {
        return retryMethods.contains(method)
                && repeating.policies().size() > single.policies().size();
    }
}
