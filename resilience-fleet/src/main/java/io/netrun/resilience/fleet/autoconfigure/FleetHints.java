package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetEvent;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Hints for native images: the script, and the events that are read by reflection. */
final class FleetHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources().registerPattern("io/netrun/resilience/fleet/exchange.lua");
        hints.reflection().registerType(FleetEvent.Degraded.class, MemberCategory.INVOKE_DECLARED_METHODS);
        hints.reflection().registerType(FleetEvent.Restored.class, MemberCategory.INVOKE_DECLARED_METHODS);
        hints.reflection().registerType(FleetEvent.CommandsLost.class, MemberCategory.INVOKE_DECLARED_METHODS);
    }
}
