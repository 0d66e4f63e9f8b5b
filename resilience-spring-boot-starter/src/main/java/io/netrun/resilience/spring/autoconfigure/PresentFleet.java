package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.fleet.FleetOperations;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/** Looks up the fleet once: it belongs to the application for as long as that lives, or does not exist at all. */
final class PresentFleet {

    private PresentFleet() {}

    static Supplier<Optional<FleetOperations>> of(ObjectProvider<FleetOperations> beans) {
        return SingletonSupplier.of(() -> Optional.ofNullable(beans.getIfAvailable()));
    }
}
