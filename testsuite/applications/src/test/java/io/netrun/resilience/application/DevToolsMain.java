package io.netrun.resilience.application;

import org.springframework.boot.devtools.restart.Restarter;

/** Starts the application with DevTools on the class path, and restarts it once, as after a change of its classes. */
public final class DevToolsMain {

    private static final String RESTARTED = "restarted";

    private DevToolsMain() {}

    public static void main(String[] args) throws InterruptedException {
        var calls = RestartedShop.calls(RestartedShop.run());
        String loader = DevToolsMain.class.getClassLoader().getClass().getSimpleName();
        System.out.println(loader + " " + calls);
        if (System.getProperty(RESTARTED) == null) {
            System.setProperty(RESTARTED, "true");
            new Thread(() -> Restarter.getInstance().restart()).start();
        } else {
            System.exit(0);
        }
    }
}
