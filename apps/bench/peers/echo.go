// weir-peer-go: package net, a goroutine a connection.
//
//	weir-peer-go [echo|frames] [PORT]     peers/command.h says what the modes are
//
// Mode echo is a loop around a buffer, not io.Copy: between two TCP connections that is splice(2),
// and so a pipe a connection, with which 10,000 of them need 30,000 descriptors. In mode frames reads
// and writes are buffered, and the answers go out before a read that may have to wait. GOMAXPROCS is
// what Go makes of the machine; a comparison on one core pins the process, and Go then finds one.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const (
	frameHeader = 4
	maxFrame    = 1 << 20
	bufferSize  = 16 * 1024
)

func echo(connection net.Conn) {
	buffer := make([]byte, bufferSize)
	for {
		size, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:size]); err != nil {
			return
		}
	}
}

// readFull reads all of part, before which it flushes unless all of it is there.
func readFull(buffered *bufio.ReadWriter, part []byte) error {
	if buffered.Reader.Buffered() < len(part) {
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
	_, err := io.ReadFull(buffered, part)
	return err
}

func echoFrames(connection net.Conn) {
	buffered := bufio.NewReadWriter(bufio.NewReaderSize(connection, bufferSize),
		bufio.NewWriterSize(connection, bufferSize))
	header := make([]byte, frameHeader)
	var payload []byte
	for {
		if err := readFull(buffered, header); err != nil {
			return
		}
		length := int(binary.BigEndian.Uint32(header))
		if length > maxFrame {
			return
		}
		if length > cap(payload) {
			payload = make([]byte, length)
		}
		payload = payload[:length]
		if err := readFull(buffered, payload); err != nil {
			return
		}
		buffered.Write(header)
		if _, err := buffered.Write(payload); err != nil {
			return
		}
	}
}

func main() {
	log.SetFlags(0)
	modes := map[string]func(net.Conn){"echo": echo, "frames": echoFrames}
	serve := modes["echo"]
	words := os.Args[1:]
	if len(words) > 0 && modes[words[0]] != nil {
		serve = modes[words[0]]
		words = words[1:]
	}
	port := 0
	var err error
	if len(words) > 0 {
		port, err = strconv.Atoi(words[0])
	}
	if len(words) > 1 || err != nil || port < 0 || port > 65535 {
		log.Print("usage: weir-peer-go [echo|frames] [PORT]   (echo, and any free port)")
		os.Exit(2)
	}

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-ended
		os.Exit(0)
	}()
	fmt.Printf("listening on tcp://%s\n", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil { // out of descriptors, most likely
			log.Print(err)
			time.Sleep(time.Second)
			continue
		}
		go func() {
			defer connection.Close()
			serve(connection)
		}()
	}
}
