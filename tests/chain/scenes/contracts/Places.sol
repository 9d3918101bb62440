// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

interface Movable {
  function transfer(address to, uint256 amount) external returns (bool);
  function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// An account that is a contract: takes ether, and does what its owner says.
contract ContractWallet {
  address public immutable owner;

  constructor(address owner_) {
    owner = owner_;
  }

  receive() external payable {}

  function execute(address to, uint256 value, bytes calldata data) external payable returns (bytes memory) {
    require(msg.sender == owner, "not the owner");
    (bool done, bytes memory answer) = to.call{value: value}(data);
    require(done, "the call failed");
    return answer;
  }

  function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
    return this.onERC721Received.selector;
  }
}

/// Hands ether on by internal calls, which no log shows.
contract Forwarder {
  function forward(address payable to) external payable {
    send(to, msg.value);
  }

  function split(address payable[] calldata to) external payable {
    uint256 part = msg.value / to.length;
    for (uint256 i = 0; i < to.length; ++i) send(to[i], part);
  }

  function send(address payable to, uint256 amount) private {
    (bool done, ) = to.call{value: amount}("");
    require(done, "not taken");
  }
}

/// An account that keeps nothing: what comes is gone again before the transaction ends.
contract PassThrough {
  address payable private immutable next;

  constructor(address payable next_) {
    next = next_;
  }

  receive() external payable {
    (bool done, ) = next.call{value: msg.value}("");
    require(done, "not taken");
  }
}

/// Leaves what it was made with to somebody, who cannot refuse and whose code does not run.
contract Gift {
  constructor(address payable to) payable {
    selfdestruct(to);
  }
}

contract AlwaysFails {
  fallback() external payable {
    revert("always");
  }
}

/// Keeps tokens and ether for those who brought them and gives no receipt; anybody may add to what it pays out.
contract Vault {
  mapping(address => mapping(address => uint256)) public kept;

  receive() external payable {}

  function deposit(address token, uint256 amount) external {
    require(Movable(token).transferFrom(msg.sender, address(this), amount), "not paid");
    kept[token][msg.sender] += amount;
  }

  function depositEther() external payable {
    kept[address(0)][msg.sender] += msg.value;
  }

  /// Credits a gain (or with `down` a loss) to an account; the tokens must be there.
  function credit(address token, address who, uint256 amount, bool down) external {
    if (down) kept[token][who] -= amount;
    else kept[token][who] += amount;
  }

  function withdraw(address token, uint256 amount) external {
    kept[token][msg.sender] -= amount;
    require(Movable(token).transfer(msg.sender, amount), "not paid");
  }

  function withdrawEther(uint256 amount) external {
    kept[address(0)][msg.sender] -= amount;
    (bool done, ) = msg.sender.call{value: amount}("");
    require(done, "not paid");
  }
}

/// Sells a token for ether at a fixed rate of 1,000, to whomever the buyer names.
contract Shop {
  address public immutable token;

  constructor(address token_) {
    token = token_;
  }

  function buyFor(address to) external payable {
    require(Movable(token).transfer(to, msg.value * 1000), "not paid");
  }
}

/// Changes one token for another at a fixed rate, as a migration does: burns none, keeps the old one.
contract Migrator {
  address public immutable from;
  address public immutable to;

  constructor(address from_, address to_) {
    from = from_;
    to = to_;
  }

  function migrate(uint256 amount) external {
    require(Movable(from).transferFrom(msg.sender, address(this), amount), "not paid");
    require(Movable(to).transfer(msg.sender, amount), "not paid");
  }
}

/// Tells of transfers that never were: logs of its own, malformed ones among them.
contract Liar {
  event Transfer(address indexed from, address indexed to, uint256 value);
  event Deposit(address indexed to, uint256 value);

  function transferLog(address from, address to, uint256 value) external {
    emit Transfer(from, to, value);
  }

  function depositLog(address to, uint256 value) external {
    emit Deposit(to, value);
  }

  /// A `Transfer` with two indexed addresses and a value of fewer than 32 bytes.
  function shortLog(address from, address to) external {
    bytes32 topic = keccak256("Transfer(address,address,uint256)");
    assembly {
      mstore(0, not(0))
      log3(0, 7, topic, from, to)
    }
  }
}
