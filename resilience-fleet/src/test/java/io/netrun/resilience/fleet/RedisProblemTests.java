package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.data.redis.RedisSystemException;

class RedisProblemTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            READONLY You can't write against a read only replica. | Configure the primary
            ERR Error running script (call to f_1): @user_script:20: -READONLY You can't write | Configure the primary
            OOM command not allowed when used memory > 'maxmemory'. | Raise maxmemory
            NOPERM this user has no permissions to run the 'evalsha' command | Permit the user EVALSHA
            ERR The user executing the script can't run this command or subcommand script: 1 | Permit the user EVALSHA
            NOAUTH Authentication required. | Correct spring.data.redis.username and password
            ERR Protocol error: unauthenticated multibulk length | Correct spring.data.redis.username and password
            WRONGPASS invalid username-password pair or user is disabled. | Correct spring.data.redis.username
            WRONGTYPE Operation against a key holding the wrong kind of value | change resilience.fleet.key-prefix
            CROSSSLOT Keys in request don't hash to the same slot | their hash tag must arrive
            MOVED 3999 127.0.0.1:6381 | Set spring.data.redis.cluster.nodes
            ERR unknown command 'EVALSHA', with args beginning with: | Use Redis 6.2 or later
            ERR Write commands not allowed after non deterministic commands. | Use Redis 6.2 or later
            LOADING Redis is loading the dataset in memory | see the server's log
            CLUSTERDOWN The cluster is down | see the server's log
            MISCONF Redis is configured to save RDB snapshots, but | its disk may be full
            ERR user_script:170: attempt to compare nil with number script: 1f, on @user_script:170. | Use one version
            BUSY Redis is busy running a script. | Find the script
            Connection reset | set spring.data.redis.ssl.enabled if the server uses TLS
            not an SSL/TLS record: 2d4552520d0a | Check spring.data.redis.ssl
            PKIX path building failed: unable to find valid certification path | Check spring.data.redis.ssl
            Connection closed prematurely | Check that the server of spring.data.redis is reachable
            """)
    void messageShouldNameTheRemedy(String error, String remedy) {
        RuntimeException thrown =
                new RedisSystemException("Error in execution", new IllegalStateException(error.strip()));

        FleetStoreException problem = RedisProblem.of(thrown);

        assertThat(problem).hasMessageContaining(remedy.strip()).hasCause(thrown);
        assertThat(problem.getMessage()).contains(error.strip().replaceAll("\\.$", ""));
    }

    @Test
    void causeWithoutAMessageShouldBeNamedByItsType() {
        assertThat(RedisProblem.of(new IllegalStateException())).hasMessageContaining("IllegalStateException");
    }

    @Test
    void causeWhoseMessageThrowsShouldBeNamedByItsType() {
        RuntimeException thrown = new IllegalStateException() {
            @Override
            public String getMessage() {
                throw new UnsupportedOperationException();
            }

            @Override
            public synchronized Throwable getCause() {
                return null;
            }
        };

        assertThat(RedisProblem.of(thrown)).hasMessageContaining("did not answer");
    }
}
