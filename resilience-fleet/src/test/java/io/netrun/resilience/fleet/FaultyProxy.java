package io.netrun.resilience.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A TCP proxy of this machine that does to connections what networks do to them. */
final class FaultyProxy implements AutoCloseable {

    /** What happens to connections and their bytes. */
    enum Mode {
        /** All bytes go on at once. */
        PASS,
        /** All bytes go on after 300 ms. */
        DELAY,
        /** Connections are accepted, and bytes are lost; a connection that lost some is reset when this ends. */
        BLACKHOLE,
        /** Connections are accepted, and bytes are kept until this ends. */
        FREEZE,
        /** Connections are reset, new ones as soon as they are accepted. */
        RESET,
        /** Half of the next reply goes on, then the connection is closed. */
        CUT_REPLY,
        /** Connections are closed, and a new connection is rejected. */
        NO_LISTENER
    }

    private final int targetPort;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile Mode mode = Mode.PASS;
    private volatile ServerSocket listener;

    FaultyProxy(int targetPort) {
        this.targetPort = targetPort;
        port = listen(0);
    }

    int port() {
        return port;
    }

    synchronized void become(Mode next) {
        Mode before = mode;
        mode = next;
        if (next == Mode.RESET || next == Mode.NO_LISTENER) {
            connections.forEach(Connection::reset);
        }
        if (before == Mode.BLACKHOLE) {
            connections.stream().filter(connection -> connection.lossy).forEach(Connection::reset);
        }
        if (next == Mode.NO_LISTENER) {
            close(listener);
        } else if (before == Mode.NO_LISTENER) {
            listen(port);
        }
    }

    /** Lets all present connections lose their bytes for ever, as a firewall that has forgotten them; new ones work. */
    void silenceConnections() {
        connections.forEach(connection -> connection.silent = true);
    }

    @Override
    public synchronized void close() {
        become(Mode.NO_LISTENER);
    }

    private int listen(int wanted) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            listener = socket;
            start("accept", () -> accept(socket));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Connection connection = new Connection(socket.accept());
                connections.add(connection);
                start("connect", connection::run);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "faulty-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is closed, then
        }
    }

    private final class Connection {

        private final Socket client;
        private final Socket server = new Socket();
        private volatile boolean lossy;
        private volatile boolean silent;
        private volatile boolean closed;

        Connection(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                if (!mayGoOn(true)) {
                    return;
                }
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                start("reply", () -> copy(server, client, true));
                copy(client, server, false);
            } catch (IOException e) {
                reset();
            }
        }

        private void copy(Socket from, Socket to, boolean reply) {
            byte[] bytes = new byte[8_192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                    if (!mayGoOn(false)) {
                        continue;
                    }
                    if (mode == Mode.CUT_REPLY && reply) {
                        out.write(bytes, 0, length / 2);
                        break;
                    }
                    out.write(bytes, 0, length);
                }
                end();
            } catch (IOException e) {
                reset();
            }
        }

        /** Waits as long as the mode requires. Returns false if the bytes, or the new connection, are lost. */
        private boolean mayGoOn(boolean isNew) throws IOException {
            if (silent) {
                return false;
            }
            if (mode == Mode.DELAY) {
                LockSupport.parkNanos(300_000_000L);
            }
            while (mode == Mode.FREEZE && !closed) {
                LockSupport.parkNanos(1_000_000L);
            }
            if (mode == Mode.BLACKHOLE || lossy) {
                lossy = true;
                if (mode != Mode.BLACKHOLE) {
                    reset();
                }
                if (isNew) { // its bytes are lost too
                    client.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
                return false;
            }
            if (mode == Mode.RESET || mode == Mode.NO_LISTENER || closed) {
                reset();
                return false;
            }
            return true;
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
            } catch (IOException e) {
                // it is closed
            }
            end();
        }

        private void end() {
            closed = true;
            connections.remove(this);
            FaultyProxy.close(client);
            FaultyProxy.close(server);
        }
    }
}
