package io.netrun.resilience.spring.http;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.problem.Problem;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;

/**
 * The protection of one client's calls. Immutable.
 *
 * @param repeating the pipeline for requests that may be sent more than once
 * @param sequential the pipeline for requests that may be sent again, but not while they run: the same without the
 *     policies that repeat running calls
 * @param single the pipeline for all other requests: the same without the policies that repeat calls
 * @param statuses the statuses that count as failures
 * @param retryMethods the methods of requests that may be sent more than once
 * @param parallelMethods those of them whose requests may be sent again while they run
 * @param warning the reason why calls are not protected, although protection is switched on
 */
record ClientPlan(
        Pipeline repeating,
        Pipeline sequential,
        Pipeline single,
        FailureStatuses statuses,
        RepeatedMethods retryMethods,
        RepeatedMethods parallelMethods,
        Optional<Problem> warning) {

    /** No protection. */
    static final ClientPlan NONE = new ClientPlan(
            Pipeline.of(),
            Pipeline.of(),
            Pipeline.of(),
            FailureStatuses.NONE,
            RepeatedMethods.NONE,
            RepeatedMethods.NONE,
            Optional.empty());

    /** The same plan, where something else has been reported as the reason. */
    ClientPlan withoutWarning() {
        return new ClientPlan(repeating, sequential, single, statuses, retryMethods, parallelMethods, Optional.empty());
    }

    /**
     * The plan for a call that has passed some policies already, as where a client was added to one builder twice: no
     * policy applies to one call a second time.
     */
    ClientPlan without(List<Policy> applied) {
        return Collections.disjoint(applied, repeating.policies())
                ? this
                : new ClientPlan(
                        without(applied, repeating),
                        without(applied, sequential),
                        without(applied, single),
                        statuses,
                        retryMethods,
                        parallelMethods,
                        warning);
    }

    private static Pipeline without(List<Policy> applied, Pipeline pipeline) {
        return Pipeline.of(pipeline.policies().stream()
                .filter(policy -> !applied.contains(policy))
                .toList());
    }

    /** The policies that a call has passed within this plan. */
    List<Policy> and(List<Policy> applied) {
        List<Policy> own = repeating.policies();
        return applied.isEmpty()
                ? own
                : Stream.concat(applied.stream(), own.stream()).toList();
    }

    Pipeline pipeline(HttpMethod method) {
        if (!retryMethods.contains(method)) {
            return single;
        }
        return parallelMethods.contains(method) ? repeating : sequential;
    }

    /** Whether a request with this method may be sent more than once, and a policy could do so. */
    boolean repeats(HttpMethod method) {
        return pipeline(method).policies().size() > single.policies().size();
    }
}
