package io.netrun.resilience.spring.actuate;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Whether the endpoint takes writes. */
public final class EndpointAccess {

    private static final String PROPERTY = "management.endpoint.resilience.access";

    private EndpointAccess() {}

    /**
     * Whether unrestricted access is configured for this endpoint specifically. Properties that open all endpoints, or
     * the older ones that enable an endpoint, do not make it writable: they may have been set without this endpoint in
     * mind.
     */
    public static boolean isUnrestricted(Environment environment) {
        return Binder.get(environment)
                .bind(PROPERTY, String.class)
                .map(access -> access.strip().equalsIgnoreCase("unrestricted"))
                .orElse(false);
    }
}
