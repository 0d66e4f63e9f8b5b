package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.fleet.autoconfigure.FleetApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two applications as nodes of one fleet, over the Redis that both are configured with. */
@ExtendWith(RedisExtension.class)
class RedisApplicationTests {

    @Test
    void nodesShouldShareThroughTheRedisOfTheApplication(RedisServer redis) {
        String[] properties = {
            "spring.data.redis.port=" + redis.port(),
            "spring.data.redis.host=localhost",
            "resilience.fleet.required=true",
            "resilience.fleet.lease=60s"
        };
        try (FleetApplication one = FleetApplication.start(null, properties);
                FleetApplication other = FleetApplication.start(null, properties)) {
            assertThat(one.bean(FleetStore.class)).isInstanceOf(RedisFleetStore.class);
            await().untilAsserted(
                    () -> one.get("/resilience").jsonPath("$.fleet.nodes").isEqualTo(2));
            one.post("/resilience/bulkhead/database", "{\"settings\": {\"maxQueue\": 7}, \"scope\": \"fleet\"}")
                    .expectStatus()
                    .isOk();
            await().untilAsserted(
                    () -> assertThat(other.bulkhead().config().maxQueue()).isEqualTo(7));
            await().untilAsserted(() -> assertThat(one.bulkhead().metrics().maxConcurrent()
                            + other.bulkhead().metrics().maxConcurrent())
                    .isBetween(2, 10));
        }
    }
}
