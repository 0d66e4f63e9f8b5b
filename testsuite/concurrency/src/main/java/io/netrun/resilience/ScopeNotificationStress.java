package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A scope that is left at the moment at which a part of its call begins, or ends. */
public class ScopeNotificationStress {

    private static final class Part extends Deadline.InFlight {

        private final AtomicInteger notices = new AtomicInteger();

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            notices.incrementAndGet();
        }
    }

    /** Two parts are registered in a nested scope while the outer one is exceeded. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each part is notified, by the scope or as it is registered.")
    @Outcome(expect = FORBIDDEN, desc = "A part is not notified, or more than once.")
    @State
    public static class RegisterAgainstExceed {

        private final Deadline outer = Deadline.NONE.child();
        private final Deadline inner = outer.child();
        private final Part one = new Part();
        private final Part other = new Part();

        @Actor
        public void register() {
            inner.register(one);
            inner.register(other);
        }

        @Actor
        public void exceed() {
            outer.tryExceed();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = one.notices.get();
            r.r2 = other.notices.get();
        }
    }

    /** A part ends by itself while the scope is stopped; another one has ended before, and a third goes on. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "It ended by itself.")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "It was notified.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither, or the part that goes on is not notified.")
    @State
    public static class EndAgainstStop {

        private final Deadline scope = Deadline.NONE.child();
        private final Part goesOn = new Part();
        private final Part part = new Part();

        public EndAgainstStop() {
            scope.register(goesOn);
            Part ended = new Part();
            scope.register(ended);
            ended.tryEnd();
            scope.register(part);
        }

        @Actor
        public void end(III_Result r) {
            r.r1 = part.tryEnd() ? 1 : 0;
        }

        @Actor
        public void stop() {
            scope.tryStop();
        }

        @Arbiter
        public void look(III_Result r) {
            r.r2 = part.notices.get();
            r.r3 = goesOn.notices.get();
        }
    }

    /** The call ends as its limit is exceeded. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The call was first.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The limit was first.")
    @Outcome(expect = FORBIDDEN, desc = "The scope and its part do not agree.")
    @State
    public static class EndOfTheScopeAgainstExceed {

        private final Deadline scope = Deadline.NONE.child();
        private final Part part = new Part();

        public EndOfTheScopeAgainstExceed() {
            scope.register(part);
        }

        @Actor
        public void end() {
            scope.end();
        }

        @Actor
        public void exceed() {
            scope.tryExceed();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = scope.isExceeded() ? 1 : 0;
            r.r2 = part.notices.get();
        }
    }

    /** Parts come and go, so that the list is swept, while one that runs must stay reachable. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both that go on are notified.")
    @Outcome(expect = FORBIDDEN, desc = "A sweep has lost one.")
    @State
    public static class SweepAgainstRegister {

        private final Deadline scope = Deadline.NONE.child();
        private final Part early = new Part();
        private final Part late = new Part();

        public SweepAgainstRegister() {
            beginAndEnd(20);
            scope.register(early);
        }

        @Actor
        public void comeAndGo() {
            beginAndEnd(60);
        }

        @Actor
        public void comeAndGoAndStay() {
            beginAndEnd(30);
            scope.register(late);
            beginAndEnd(30);
        }

        @Arbiter
        public void look(II_Result r) {
            scope.tryExceed();
            r.r1 = early.notices.get();
            r.r2 = late.notices.get();
        }

        private void beginAndEnd(int times) {
            for (int i = 0; i < times; i++) {
                Part part = new Part();
                scope.register(part);
                part.tryEnd();
            }
        }
    }

    /** A part counts its outcome as it ends by itself, while the scope is stopped. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "It ended by itself, and who stopped the scope finds it counted.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "It was notified, and counts nothing.")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "It counts although it was notified.")
    @Outcome(
            id = "1, 0",
            expect = FORBIDDEN,
            desc = "The thread that stopped the scope goes on before the call is counted.")
    @State
    public static class SettleAgainstStop {

        private final Deadline scope = Deadline.NONE.child();
        private final Part part = new Part();
        private int counted;

        public SettleAgainstStop() {
            scope.register(part);
        }

        @Actor
        public void end(II_Result r) {
            if (part.tryBeginEnd()) {
                r.r1 = 1;
                counted = 1;
                part.markSettled();
            }
        }

        @Actor
        public void stop(II_Result r) {
            scope.tryStop();
            if (part.notices.get() == 0) {
                r.r2 = counted;
            }
        }
    }
}
