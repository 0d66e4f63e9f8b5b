package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.spring.event.ApplicationEvents;
import org.jspecify.annotations.Nullable;

/** Publishes the events of a node as application events, and keeps them for the instances that share something. */
final class FleetEvents {

    private volatile FleetEvent.@Nullable Degraded degraded;

    FleetEvents(FleetNode node, SharedInstances shared, ApplicationEvents application) {
        node.on(FleetEvent.Degraded.class, event -> {
            degraded = event;
            application.publish(event, event.time(), shared.all());
        });
        node.on(FleetEvent.Restored.class, event -> {
            degraded = null;
            application.publish(event, event.time(), shared.all());
        });
        node.on(FleetEvent.CommandsLost.class, event -> application.publish(event, event.time(), shared.all()));
    }

    /** The present degradation; null if there is none. */
    FleetEvent.@Nullable Degraded degraded() {
        return degraded;
    }

    void forget() {
        degraded = null;
    }
}
